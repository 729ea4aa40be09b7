package io.aicc.operator.pool;

import io.aicc.operator.kube.DeposedException;
import io.aicc.operator.kube.KubeWrites;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Gatherers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes pods that are of no more use, on a thread of its own: those that come within a second together, so that where calls
 * are many their deletion is next to no write at all. Nobody waits for it: the ports of a pod are free before.
 */
final class PodDeletions implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PodDeletions.class);

    /** How long the first one waits for others. */
    static final Duration GATHER = Duration.ofSeconds(1);

    /** Their names have to fit into the address of a request. */
    static final int MOST_AT_ONCE = 50;

    private final KubeWrites api;
    private final String namespace;
    private final Set<String> doomed = new LinkedHashSet<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pod-deletions").factory());

    PodDeletions(KubeWrites api, String namespace) {
        this.api = api;
        this.namespace = namespace;
    }

    /** Deletes these, soon, and again until it succeeds. */
    synchronized void add(List<String> pods) {
        boolean first = doomed.isEmpty();
        doomed.addAll(pods);
        if (first && !doomed.isEmpty() && !thread.isShutdown()) {
            var unused = thread.schedule(this::deleteGathered, GATHER.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    synchronized int waiting() {
        return doomed.size();
    }

    /** What is left, the next leader deletes. */
    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void deleteGathered() {
        take().stream().gather(Gatherers.windowFixed(MOST_AT_ONCE)).forEach(this::delete);
    }

    private synchronized List<String> take() {
        List<String> pods = List.copyOf(doomed);
        doomed.clear();
        return pods;
    }

    private void delete(List<String> pods) {
        try {
            api.deletePods(namespace, WorkerPodFactory.POD_LABEL, pods);
        } catch (DeposedException e) { // The next leader finds them.
            add(pods);
        } catch (RuntimeException e) {
            log.atWarn()
                    .addKeyValue("pods", pods.size())
                    .addKeyValue("problem", e.getMessage())
                    .log("worker pods could not be deleted, trying again");
            add(pods);
        }
    }
}
