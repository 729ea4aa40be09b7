package io.aicc.crd;

/** How the PBX encodes the tapped audio: what travels in the RTP payload, unchanged to engines that accept it. */
public enum Codec {
    /** G.711 µ-law, 8 kHz, payload type 0 (RFC 3551 §4.5.14). */
    ULAW,
    /** G.711 A-law, 8 kHz, payload type 8 (RFC 3551 §4.5.14). */
    ALAW,
    /** Linear 16 bit, big-endian, 8 kHz mono; Asterisk's slin on payload type 11. */
    L16_8K,
    /** Linear 16 bit, big-endian, 16 kHz mono; Asterisk's slin16 on payload type 118. */
    L16_16K
}
