package io.aicc.operator.pool;

import io.aicc.operator.control.WorkerChannel;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who works in a pool and for whom: its workers, the queue of ready ones, and the line of sessions that wait for one. Guarded
 * by its pool's lock.
 *
 * @implNote A worker that gets ready while sessions wait is bound to the first of them at once, so the queue and the line are
 *     never both non-empty and nobody overtakes.
 */
final class Roster {
    private final Map<String, Worker> workers = new HashMap<>();
    private final Map<String, Worker> bySession = new HashMap<>();
    private final Deque<Worker> ready = new ArrayDeque<>();
    private final Set<String> waiting = new LinkedHashSet<>();
    private final Map<String, Set<Worker>> refusers = new HashMap<>();
    private final Set<Worker> lingering = new HashSet<>();

    Collection<Worker> workers() {
        return workers.values();
    }

    /** Those that a caller can be given to, the next one first. */
    List<Worker> ready() {
        return new ArrayList<>(ready);
    }

    int readyCount() {
        return ready.size();
    }

    int waitingCount() {
        return waiting.size();
    }

    /** Calls that workers would not have, that have none now and no place in the line. */
    int refusedCount() {
        return (int) refusers.keySet().stream()
                .filter(session -> !bySession.containsKey(session) && !waiting.contains(session))
                .count();
    }

    boolean isEmpty() {
        return workers.isEmpty() && bySession.isEmpty() && waiting.isEmpty();
    }

    Optional<Worker> inPod(String pod) {
        return Optional.ofNullable(workers.get(pod));
    }

    Optional<Worker> serving(String session) {
        return Optional.ofNullable(bySession.get(session));
    }

    void add(Worker worker) {
        workers.put(worker.pod(), worker);
    }

    /** Not heard from here on. */
    void remove(Worker worker) {
        workers.remove(worker.pod());
        lingering.remove(worker);
        WorkerChannel channel = worker.channel();
        if (channel != null) {
            channel.close();
        }
        refusers.values().forEach(refused -> refused.remove(worker));
    }

    /**
     * Binds a ready worker to a session that has none, one that has not refused it if there is one; without any the session gets
     * a place in the line.
     */
    Optional<Worker> take(String session) {
        Set<Worker> not = refusers.getOrDefault(session, Set.of());
        Optional<Worker> next = ready.stream()
                .filter(Worker::ready)
                .filter(worker -> !not.contains(worker))
                .findFirst()
                .or(() -> ready.stream().filter(Worker::ready).findFirst());
        if (next.isEmpty()) {
            waiting.add(session);
        } else {
            dequeue(next.get());
            bind(next.get(), session);
        }
        return next;
    }

    /** A worker would not have the session that it was claimed for. */
    void refused(String session, Worker worker) {
        refusers.computeIfAbsent(session, key -> new HashSet<>()).add(worker);
    }

    /** A worker has the session that others would not have: nobody is given to them who refused two such. */
    void taken(String session, Worker by) {
        for (Worker other : Objects.requireNonNullElse(refusers.remove(session), Set.<Worker>of())) {
            if (other != by) {
                other.takenByAnother(session);
                if (other.refusesAll() && other.session() == null) {
                    retire(other);
                }
            }
        }
    }

    /** Nobody in the queue is ill: a worker that is not heard, or whose pod is not ready, leaves it. */
    void sift() {
        List<Worker> ill = ready.stream().filter(worker -> !worker.ready()).toList();
        ill.forEach(this::dequeue);
    }

    /** The session asks no more. */
    void leaveLine(String session) {
        waiting.remove(session);
        refusers.remove(session);
    }

    /** Puts a worker where it belongs now: in the queue, out of it, or to the session that waited longest, which is returned. */
    @Nullable
    String place(Worker worker) {
        if (worker.ready() && waiting.isEmpty()) {
            enqueue(worker);
            return null;
        }
        dequeue(worker);
        if (!worker.ready()) {
            return null;
        }
        String first = waiting.iterator().next();
        bind(worker, first);
        return first;
    }

    /** The worker is the session's; one that it had before is of no more use. */
    void bind(Worker worker, String session) {
        waiting.remove(session);
        Worker other = bySession.putIfAbsent(session, worker);
        worker.session(session);
        if (other != null && other != worker) {
            worker.leave(); // The session has moved on to another worker.
        }
    }

    /** The worker is nobody's; returns whose it was. */
    @Nullable
    String unbind(Worker worker) {
        String session = worker.session();
        if (session != null && bySession.get(session) == worker) {
            bySession.remove(session);
        }
        worker.session(null);
        return session;
    }

    /** No session gets this worker any more. */
    void retire(Worker worker) {
        worker.leave();
        dequeue(worker);
    }

    /** The same for one that is there, though no watch shows it. */
    void linger(Worker worker) {
        retire(worker);
        lingering.add(worker);
    }

    /** Those that lingered and have fallen silent. */
    List<Worker> faded() {
        return lingering.stream()
                .filter(worker -> !worker.spokeSince(Instant.MIN))
                .toList();
    }

    private void enqueue(Worker worker) {
        if (!worker.queued()) {
            worker.queued(true);
            ready.add(worker);
        }
    }

    private void dequeue(Worker worker) {
        if (worker.queued()) {
            worker.queued(false);
            ready.remove(worker);
        }
    }
}
