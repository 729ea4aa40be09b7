package io.aicc.worker;

import io.aicc.crd.Codec;
import io.aicc.wire.control.CallAssignment;
import java.util.List;

/** Calls as the operator hands them over. */
public final class Assignments {
    private Assignments() {}

    /** To the first worker of a session, which says no more than it has to. */
    public static CallAssignment first(String session) {
        return new CallAssignment(
                session,
                "call-1",
                "call-1",
                null,
                null,
                "en-US",
                Codec.ULAW,
                null,
                null,
                List.of(),
                1,
                null,
                null,
                null,
                null,
                null);
    }
}
