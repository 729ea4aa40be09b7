package io.aicc.worker.publish;

/**
 * Which call the events are about.
 *
 * @param callId the PBX's id of the call
 * @param sessionId UID of the CallSession
 * @param generation of the media endpoint, 1 for the first worker of the call
 */
public record SessionIdentity(String callId, String sessionId, int generation) {
    /**
     * A worker that replaces a lost one cannot know how far that one had counted, so every generation counts in a range of
     * its own, above the one before. Sums stay exact in JavaScript (2^53) for nine million generations.
     */
    private static final long RANGE = 1_000_000_000L;

    public SessionIdentity {
        if (callId.isEmpty() || sessionId.isEmpty()) {
            throw new IllegalArgumentException("call id and session id must not be empty");
        }
        if (generation < 1) {
            throw new IllegalArgumentException("generation: expected 1 or more, got " + generation);
        }
    }

    /** Sequence numbers of this generation are above this. */
    long seqBase() {
        return (generation - 1) * RANGE;
    }
}
