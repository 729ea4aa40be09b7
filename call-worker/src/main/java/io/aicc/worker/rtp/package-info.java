/**
 * Packets in: two UDP sockets, everything that arrives on them checked, ordered, decoded, put on the call's timeline.
 *
 * <p>The way of a packet, of which each speaker has one. The speaker's thread walks all of it; while it is busy behind the ring,
 * the watcher walks the part before it (docs/adr/0020).
 *
 * <pre>
 *           Ear: the speaker's thread, or for a while the receiver's watcher
 *  ┌─────────────────────────────────────────────────────────┐
 *  MediaSocket ─▶ StreamPort ─▶ PacketGate ─▶ ReorderWindow ─▶ PacketRing ─▶ Speaker ─▶ FrameConsumer
 *  bytes          counted       is it the     in order         waits         MediaTimeline  frames without
 *                               speaker?                                     decoded        a hole
 *                                                                          └──────────────────────────┘
 *                                                                           the speaker's thread only
 * </pre>
 *
 * The consumer of a call is {@code call.SpeakerLine}: it finds turns in the frames and hands them to an engine.
 */
@NullMarked
package io.aicc.worker.rtp;

import org.jspecify.annotations.NullMarked;
