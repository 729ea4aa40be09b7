package io.aicc.worker.rtp;

import io.aicc.worker.audio.AudioFrame;

/**
 * Hears one speaker. All calls come from that speaker's thread, one at a time; a call may take long, up to twenty seconds of audio
 * wait meanwhile. An exception is logged, and the next frame comes all the same.
 */
public interface FrameConsumer {
    /**
     * The next piece of audio; valid during the call only. It begins where the one before ended: what is missing between two
     * packets is filled with silence. Only after more than two seconds without audio does it begin later.
     */
    void frame(AudioFrame frame);

    /**
     * Audio is missing: 100 ms or more at once were lost, or dropped because this consumer is too slow, or nothing was sent for
     * more than two seconds. Told before the silence that fills it, unless another was told less than a second before: then those that follow within
     * that second are told as one when it is over.
     */
    void gap(GapReason reason, long startMs, long endMs);

    /** Nothing arrives, and the timeline has got here. Told about 20 times a second for as long as that is so. */
    void idle(long nowMs);

    /** The stream is over; the last call. */
    void end();

    /** Where its call was over, in ms: what is not sent after that is not missing. Asked before the end. */
    default long overMs() {
        return Long.MAX_VALUE;
    }

    /** Why audio is missing. */
    enum GapReason {
        /** No packet came for more than two seconds: silence that is not sent, or a tap that broke. */
        NOTHING_SENT,
        /** It never arrived. */
        PACKETS_LOST,
        /** It came faster than it was read, or consumed. */
        OVERLOAD
    }
}
