package io.aicc.crd;

import java.util.EnumSet;
import java.util.Set;

/** Where a call stands. A session only moves forward; losing a worker in mid-call is a condition, not a step back. */
public enum Phase {
    /** Accepted; no worker has acknowledged the call yet. */
    Pending,
    /** A worker acknowledged the call: both sockets are bound and locked to it, media may flow. */
    Ready,
    /** Media of the call was heard. */
    Active,
    /** The call is over; the last words are being transcribed and delivered. */
    Ending,
    /** Everything is delivered or accounted for; nothing of the call is left but this record. */
    Ended,
    /** The call could not be transcribed; the condition {@code Ready} says why. */
    Failed;

    /** What may come next. A session whose call is short, or whose worker is quick, leaves some out. */
    public Set<Phase> next() {
        return switch (this) {
            case Pending -> EnumSet.of(Ready, Ending, Ended, Failed);
            case Ready -> EnumSet.of(Active, Ending, Ended);
            case Active -> EnumSet.of(Ending, Ended);
            case Ending -> EnumSet.of(Ended);
            case Ended, Failed -> EnumSet.noneOf(Phase.class);
        };
    }

    /** Whether nothing more will happen to the session. */
    public boolean terminal() {
        return next().isEmpty();
    }
}
