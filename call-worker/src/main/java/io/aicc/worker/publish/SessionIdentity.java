package io.aicc.worker.publish;

/**
 * Which call the events are about.
 *
 * @param callId the PBX's id of the call
 * @param sessionId UID of the CallSession
 * @param generation of the media endpoint, 1 for the first worker of the call
 * @param servedMs how long ago the call got its first worker; 0 where this is it
 */
public record SessionIdentity(String callId, String sessionId, int generation, long servedMs) {
    /**
     * A worker that replaces a lost one cannot know how far that one had counted, so every generation counts in a range of
     * its own, above the one before. Sums stay exact in JavaScript (2^53) for nine million generations.
     */
    private static final long RANGE = 1_000_000_000L;

    /** Of a call that no worker has had. */
    public SessionIdentity(String callId, String sessionId, int generation) {
        this(callId, sessionId, generation, 0);
    }

    public SessionIdentity {
        if (callId.isEmpty() || sessionId.isEmpty()) {
            throw new IllegalArgumentException("call id and session id must not be empty");
        }
        if (generation < 1) {
            throw new IllegalArgumentException("generation: expected 1 or more, got " + generation);
        }
    }

    /**
     * Sequence numbers of this process are above this, and above those of a process before it whose disk kept none: it gave
     * fewer than one in a millisecond.
     */
    long seqBase() {
        return (generation - 1) * RANGE + Math.clamp(servedMs, 0, RANGE / 2);
    }

    /** Whether a process of this worker may have given that sequence number. */
    boolean mayHaveGiven(long seq) {
        return seq > (generation - 1) * RANGE && seq <= generation * RANGE;
    }
}
