package io.aicc.operator.session;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which calls got a worker only after their deadline, and since when that is tried. Thread-safe. */
final class GracePeriods {
    private final Map<String, Instant> since = new ConcurrentHashMap<>();

    /** Whether a call may go on to be tried: for so long, counted from the first time that this was asked. */
    boolean lasts(String session, Instant now, Duration longest) {
        return now.isBefore(since.computeIfAbsent(session, key -> now).plus(longest));
    }

    boolean given(String session) {
        return since.containsKey(session);
    }

    void forget(String session) {
        since.remove(session);
    }
}
