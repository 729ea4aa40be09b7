package io.aicc.operator.pool;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which sessions a worker would not have, until it takes one, and whether that says something of the worker. Thread-safe. */
final class Refusals {
    /** It may be the call that cannot be served; so many different ones say that it is the worker. */
    private static final int MOST = 3;

    /** Of those that another worker then took: it was not the call. */
    private static final int MOST_TAKEN_BY_OTHERS = 2;

    private final Set<String> sessions = ConcurrentHashMap.newKeySet();
    private final Set<String> takenByOthers = ConcurrentHashMap.newKeySet();

    void add(String session) {
        sessions.add(session);
    }

    /** Another worker took it. */
    void takenByAnother(String session) {
        takenByOthers.add(session);
    }

    /** It took a call: it is well. */
    void clear() {
        sessions.clear();
        takenByOthers.clear();
    }

    /** Whether it refuses whatever it is given. */
    boolean areOfTheWorker() {
        return sessions.size() >= MOST || takenByOthers.size() >= MOST_TAKEN_BY_OTHERS;
    }
}
