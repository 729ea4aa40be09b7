package io.aicc.operator.pool;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolSpec;
import io.aicc.crd.WorkerPoolStatus;
import io.aicc.operator.kube.KubeWrites.PodRefusal;
import io.aicc.operator.port.PortPair;
import io.aicc.operator.port.PortRange;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which revision workers are made from: what their WorkerPool says as soon as the API server takes a pod of it, and until then
 * the one before. A change is asked about by a dry run; a refused one again and again, for what it lacks may be made later, a
 * priority class for example. Thread-safe where each pool is looked at by one thread at a time.
 */
final class Revisions {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int LONGEST_REFUSAL = 800; // An Event takes 1024 characters.
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final WorkerPodFactory factory;
    private final Function<Pod, Optional<PodRefusal>> dryRun;
    private final InstantSource clock;
    private final Map<String, Decision> decisions = new ConcurrentHashMap<>();

    /** @param dryRun why the API server would not take a pod, if so */
    Revisions(WorkerPodFactory factory, Function<Pod, Optional<PodRefusal>> dryRun, InstantSource clock) {
        this.factory = factory;
        this.dryRun = dryRun;
        this.clock = clock;
    }

    /**
     * What holds for a WorkerPool.
     *
     * @param of the WorkerPool that was looked at
     * @param revision what its workers are made from
     * @param refusal why that is not what it says; empty when it is
     * @param refusals how often the API server refused what it says
     * @param askAgain when to look at it again though it stays as it is
     */
    record Decision(ObjectMeta of, Revision revision, Optional<String> refusal, int refusals, Instant askAgain) {
        /** Whether to tell of it: a policy may have refused a change once only because it had not heard of it yet. */
        boolean settled() {
            return refusals != 1;
        }

        private boolean isOf(WorkerPool pool) {
            return isOfSame(pool)
                    && of.getGeneration().equals(pool.getMetadata().getGeneration());
        }

        private boolean isOfSame(WorkerPool pool) {
            return of.getUid().equals(pool.getMetadata().getUid());
        }
    }

    /** Looks at a WorkerPool. Asks the API server only where it has changed, or was refused some time ago. */
    Decision of(WorkerPool pool) {
        String name = pool.getMetadata().getName();
        Decision last = decisions.get(name);
        if (last != null && last.isOf(pool) && clock.instant().isBefore(last.askAgain())) {
            return last;
        }
        Decision now = decide(pool, last);
        decisions.put(name, now);
        return now;
    }

    /** The WorkerPool is gone. */
    void forget(String pool) {
        decisions.remove(pool);
    }

    private Decision decide(WorkerPool pool, @Nullable Decision last) {
        Revision before = last != null && last.isOfSame(pool)
                ? last.revision()
                : applied(pool).orElseGet(() -> factory.revision(pool, PodTemplate.NONE));
        boolean nothingBefore = before.pool().getSpec().equals(pool.getSpec());
        String instead = nothingBefore ? "without its podTemplate" : "as before";
        PodTemplate template;
        try {
            template = PodTemplate.of(pool.getSpec().worker().podTemplate());
        } catch (IllegalArgumentException e) {
            String why = "spec.worker.podTemplate: " + e.getMessage();
            return new Decision(pool.getMetadata(), before, refusal(instead, why), 0, Instant.MAX);
        }
        Revision next = factory.revision(pool, template);
        int refusals = last != null && last.isOf(pool) ? last.refusals() : 0;
        return refusal(next, before, refusals > 0)
                .map(why -> new Decision(
                        pool.getMetadata(), before, refusal(instead, why), refusals + 1, askAgain(refusals)))
                .orElseGet(() -> new Decision(pool.getMetadata(), next, Optional.empty(), 0, Instant.MAX));
    }

    /**
     * Why the next revision cannot be. What may be refused for the moment's sake, by a full quota for example, is no reason
     * where the revision before is refused as well.
     */
    private Optional<String> refusal(Revision next, Revision before, boolean refusedBefore) {
        if (next.id().equals(before.id())) {
            return Optional.empty();
        }
        return ask(next)
                .filter(refusal ->
                        refusal.forWhatItSays() || refusedBefore || ask(before).isEmpty())
                .map(PodRefusal::why);
    }

    /** None of this name is ever made. */
    private Optional<PodRefusal> ask(Revision revision) {
        String name = revision.pool().getMetadata().getName() + "-sample";
        var any = new Staffing.Making(name, new PortPair(PortRange.ALL.from()), List.of());
        return dryRun.apply(factory.make(revision, any));
    }

    /** By the status, for whoever led before: there anybody may have written anything. */
    private Optional<Revision> applied(WorkerPool pool) {
        WorkerPoolStatus status = pool.getStatus();
        if (status == null || status.applied() == null) {
            return Optional.empty();
        }
        try {
            WorkerPool before = new WorkerPool();
            before.setMetadata(pool.getMetadata());
            before.setSpec(JSON.convertValue(status.applied(), WorkerPoolSpec.class));
            PodTemplate template = PodTemplate.of(before.getSpec().worker().podTemplate());
            return Optional.of(factory.revision(before, template));
        } catch (RuntimeException e) { // It makes no pod.
            return Optional.empty();
        }
    }

    private static Optional<String> refusal(String instead, String why) {
        String told = why.substring(0, Math.min(why.length(), LONGEST_REFUSAL));
        return Optional.of("spec is not applied, workers are made %s: %s".formatted(instead, told));
    }

    private Instant askAgain(int refusals) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(refusals, 5));
        return clock.instant().plus(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
    }
}
