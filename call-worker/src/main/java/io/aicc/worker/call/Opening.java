package io.aicc.worker.call;

/**
 * What a speaker may have said before this worker heard anything: a gap, which ends where the audio begins.
 *
 * @param reason of the gap
 * @param fromMs where it begins; below zero is before the session was ready
 * @param listeningMs since when this worker listens
 * @param leastMs what is shorter is not told
 */
record Opening(String reason, long fromMs, long listeningMs, long leastMs) {
    /** From a call to its first audio somebody has said hello at most. */
    private static final long FIRST_WORD_MS = 200;

    /** Nobody listened yet. */
    static Opening notReady(long fromMs, long listeningMs) {
        return new Opening("not_ready", fromMs, listeningMs, FIRST_WORD_MS);
    }

    /** Another worker did, or this one in an earlier life. */
    static Opening replaced(long fromMs, long listeningMs) {
        return new Opening("worker_replaced", fromMs, listeningMs, 1);
    }
}
