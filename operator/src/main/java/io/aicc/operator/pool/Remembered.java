package io.aicc.operator.pool;

import io.aicc.operator.port.PortPair;
import java.time.Instant;

/** What a live or just ended session knows of its worker; what leases and claims are rebuilt from. */
public sealed interface Remembered {
    /** Name of the WorkerPool. */
    String pool();

    /** A pod serves a session. */
    record Serving(String pool, String session, String podUid) implements Remembered {}

    /** Workers of a session that are no more counted so much. */
    record Counted(String pool, String session, Account earlier) implements Remembered {}

    /** A pod's pair was freed, on its node, which nobody remembers. */
    record Freed(String pool, String pod, PortPair ports, Instant at) implements Remembered {}
}
