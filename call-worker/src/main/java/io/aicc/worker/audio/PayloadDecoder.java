package io.aicc.worker.audio;

import io.aicc.crd.Codec;

/** Turns the payload of an RTP packet into linear samples. Stateless and thread-safe. */
public sealed interface PayloadDecoder permits G711, LinearPcm {
    /** Bytes that one sample takes on the wire. */
    int bytesPerSample();

    /** The byte that means silence; a payload of nothing else is as quiet as the encoding can be. */
    byte silence();

    /**
     * Decodes a whole payload.
     *
     * @param payload encoded audio from index 0 on
     * @param length bytes of it, a multiple of {@link #bytesPerSample()}
     * @param samples takes the signed 16 bit samples from index 0 on
     * @return number of samples
     */
    int decode(byte[] payload, int length, short[] samples);

    /** The decoder of what the PBX sends. */
    static PayloadDecoder of(Codec codec) {
        return switch (codec) {
            case ULAW -> G711.MU_LAW;
            case ALAW -> G711.A_LAW;
            case L16_8K, L16_16K -> LinearPcm.BIG_ENDIAN;
        };
    }
}
