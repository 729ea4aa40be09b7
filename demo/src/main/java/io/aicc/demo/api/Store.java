package io.aicc.demo.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All objects and the log of their latest changes, under one lock.
 *
 * <p>Every change takes the next revision, so the log is a ring in which a revision is its own index: a watch is nothing
 * but a number, resuming one costs nothing, and a watcher that is too slow falls out of the ring and is told to list again
 * instead of holding memory. Revisions start at the clock's microseconds, because a client that kept one from an earlier
 * server must find it too old, never reused.
 */
final class Store {
    /** How many changes a watch may lag behind, of all kinds together. */
    static final int LOG_SIZE = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TreeMap<ObjectKey, ObjectNode> objects = new TreeMap<>();
    private final Map<String, ObjectKey> keysByUid = new HashMap<>();
    private final Map<String, Set<ObjectKey>> dependents = new HashMap<>();
    private final @Nullable Change[] log = new @Nullable Change[LOG_SIZE];
    private final long firstRevision;
    private long revision;
    private boolean closed;

    Store(Instant start) {
        this.firstRevision = TimeUnit.SECONDS.toMicros(start.getEpochSecond()) + start.getNano() / 1_000;
        this.revision = firstRevision;
    }

    /** Objects of one kind at one revision. */
    record Listing(long revision, List<ObjectNode> objects) {}

    /** Runs several steps as one; nobody sees the state between them. */
    <T> T atomically(Supplier<T> steps) {
        lock.lock();
        try {
            return steps.get();
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    ObjectNode find(ObjectKey key) {
        return atomically(() -> objects.get(key));
    }

    @Nullable
    ObjectKey findByUid(String uid) {
        return atomically(() -> keysByUid.get(uid));
    }

    /** Objects that name this one as an owner. */
    List<ObjectKey> dependents(String ownerUid) {
        return atomically(() -> List.copyOf(dependents.getOrDefault(ownerUid, Set.of())));
    }

    /** Lists a kind in one namespace, or in all when the namespace is empty. */
    Listing list(ResourceKind kind, String namespace, Selector selector) {
        return atomically(() -> {
            List<ObjectNode> found = new ArrayList<>();
            for (var entry : objects.tailMap(new ObjectKey(kind.resource(), namespace, ""))
                    .entrySet()) {
                ObjectKey key = entry.getKey();
                if (!key.resource().equals(kind.resource())
                        || !(namespace.isEmpty() || key.namespace().equals(namespace))) {
                    break;
                }
                if (selector.matches(entry.getValue())) {
                    found.add(entry.getValue());
                }
            }
            return new Listing(revision, found);
        });
    }

    /** Visits every object there is; the visitor must not write. */
    void forEach(BiConsumer<ObjectKey, ObjectNode> visitor) {
        atomically(() -> {
            objects.forEach(visitor);
            return true;
        });
    }

    /** Keeps the object and stamps its {@code resourceVersion}. */
    ObjectNode put(ObjectKey key, ObjectNode object) {
        return atomically(() -> {
            ObjectNode before = objects.put(key, stamped(object));
            keysByUid.put(object.at("/metadata/uid").asText(), key);
            forgetOwners(key, before);
            for (String owner : Json.ownerUids(object)) {
                dependents.computeIfAbsent(owner, uid -> new TreeSet<>()).add(key);
            }
            append(new Change(revision, key, before, object, false));
            return object;
        });
    }

    /** Forgets the object; returns it as it was last. */
    ObjectNode remove(ObjectKey key) {
        return atomically(() -> {
            ObjectNode before = objects.remove(key);
            if (before == null) {
                throw new IllegalStateException("removed twice: " + key);
            }
            keysByUid.remove(before.at("/metadata/uid").asText());
            forgetOwners(key, before);
            ObjectNode last = stamped(Json.withOwnMetadata(before));
            append(new Change(revision, key, before, last, true));
            return last;
        });
    }

    /** The revision of the latest change. */
    long revision() {
        return atomically(() -> revision);
    }

    /**
     * Changes after a revision, oldest first, waiting for the first one if need be; empty after the timeout or when closed.
     *
     * @throws Failure 410 when some of them are no longer in the log, or the revision is of another server's life
     */
    List<Change> changesAfter(long seen, Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            while (seen == revision && left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
            if (seen > revision || seen < Math.max(firstRevision, revision - LOG_SIZE)) {
                throw Failure.gone("too old resource version: %d (%d)"
                        .formatted(seen, Math.max(firstRevision, revision - LOG_SIZE)));
            }
            List<Change> changes = new ArrayList<>();
            for (long next = seen + 1; next <= revision; next++) {
                if (log[slot(next)] instanceof Change change) {
                    changes.add(change);
                }
            }
            return changes;
        } finally {
            lock.unlock();
        }
    }

    /** Lets every waiting watch go. */
    void close() {
        atomically(() -> {
            closed = true;
            changed.signalAll();
            return true;
        });
    }

    boolean isClosed() {
        return atomically(() -> closed);
    }

    private void forgetOwners(ObjectKey key, @Nullable ObjectNode object) {
        if (object == null) {
            return;
        }
        for (String owner : Json.ownerUids(object)) {
            dependents.computeIfPresent(owner, (uid, keys) -> {
                keys.remove(key);
                return keys.isEmpty() ? null : keys;
            });
        }
    }

    private ObjectNode stamped(ObjectNode object) {
        revision++;
        object.withObject("/metadata").put("resourceVersion", Long.toString(revision));
        return object;
    }

    private void append(Change change) {
        log[slot(change.revision())] = change;
        changed.signalAll();
    }

    private static int slot(long revision) {
        return (int) (revision % LOG_SIZE);
    }
}
