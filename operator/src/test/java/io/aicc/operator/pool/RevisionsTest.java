package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolStatus;
import io.aicc.operator.kube.KubeWrites.PodRefusal;
import io.aicc.operator.pool.Revisions.Decision;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RevisionsTest {
    private static final String HIGH = "scheduling: {priorityClassName: high}";

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final List<String> asked = new ArrayList<>();

    /** What the server refuses: a priority class that is not there, a pod that says "bad", everything while the quota is full. */
    private boolean highExists;

    private boolean quotaFull;

    private Revisions revisions = restarted();

    @Test
    void aPoolThatIsNewOrGoesOnIsNotAskedAbout() {
        assertThat(decide(pool(1, "image: one")).refusal()).isEmpty();
        assertThat(decide(pool(2, "image: one")).refusal()).isEmpty();
        assertThat(asked).isEmpty();
    }

    @Test
    void aChangeIsAskedAboutOnceAndMade() {
        decide(pool(1, "image: one"));
        WorkerPool next = pool(2, "image: two");

        assertThat(image(decide(next))).isEqualTo("two");
        assertThat(image(decide(next))).isEqualTo("two");
        assertThat(asked).containsExactly("two");
    }

    @Test
    void aChangeThatIsRefusedForWhatItSaysLeavesWorkersAsBefore() {
        decide(pool(1, "image: one"));
        Decision refused = decide(pool(2, "image: bad"));

        assertThat(image(refused)).isEqualTo("one");
        assertThat(refused.refusal())
                .hasValue("spec is not applied, workers are made as before: spec.containers[0].image: bad");
        assertThat(image(decide(pool(3, "image: three")))).isEqualTo("three");
    }

    @Test
    void whatIsMissingMayComeAndIsAskedForAgainAfterPausesThatGrow() {
        decide(pool(1, "image: one"));
        WorkerPool next = pool(2, "image: one, " + HIGH);
        Decision refused = decide(next);
        assertThat(refused.settled()).as("told at once").isFalse();
        assertThat(asked).hasSize(2);

        later(999);
        assertThat(decide(next)).isSameAs(refused);
        later(1);
        assertThat(decide(next).settled()).as("told").isTrue();
        later(1_999);
        decide(next);
        assertThat(asked).hasSize(3);
        highExists = true;
        later(1);
        assertThat(decide(next).refusal()).isEmpty();
        assertThat(decide(next).revision().pool()).isSameAs(next);
        later(3_600_000);
        decide(next);
        assertThat(asked).hasSize(4);
    }

    @Test
    void aFullQuotaSaysNothingOfAChange() {
        decide(pool(1, "image: one"));
        quotaFull = true;

        assertThat(image(decide(pool(2, "image: two")))).isEqualTo("two");
    }

    @Test
    void whatWasRefusedOnceIsNotTakenBecauseAllIsRefused() {
        decide(pool(1, "image: one"));
        WorkerPool next = pool(2, "image: one, " + HIGH);
        decide(next);
        quotaFull = true;
        later(1_000);

        assertThat(decide(next).refusal()).isPresent();
    }

    @Test
    void whoeverLeadsNextGoesOnWithWhatTheStatusKeeps() {
        WorkerPool next = pool(2, "image: bad, podTemplate: {metadata: {labels: {team: voice}}}");
        keeps(next, Map.of("worker", Map.of("image", "one"), "outputs", List.of()));

        assertThat(image(decide(next))).isEqualTo("one");
        assertThat(decide(next).revision().template()).isEqualTo(PodTemplate.NONE);
    }

    @Test
    void whatSomebodyWroteIntoTheStatusIsUsedOnlyIfItMakesAPod() {
        for (Map<String, Object> forged : List.<Map<String, Object>>of(
                Map.of(),
                Map.of("worker", "none"),
                Map.of("worker", Map.of("image", "evil")),
                Map.of(
                        "outputs",
                        List.of(),
                        "worker",
                        Map.of("image", "evil", "podTemplate", Map.of("spec", Map.of("hostPID", true)))))) {
            revisions = restarted();
            WorkerPool pool = pool(2, "image: one, podTemplate: {spec: {hostNetwork: true}}");
            keeps(pool, forged);

            assertThat(image(decide(pool))).isEqualTo("one");
            assertThat(decide(pool).refusal())
                    .hasValueSatisfying(
                            why -> assertThat(why)
                                    .startsWith(
                                            "spec is not applied, workers are made without its podTemplate: spec.worker.podTemplate: spec.hostNetwork: "));
        }
        assertThat(asked).isEmpty();
    }

    @Test
    void aTemplateThatMustNotBeIsToldAtOnce() {
        decide(pool(1, "image: one"));
        Decision refused = decide(pool(2, "image: two, podTemplate: {spec: {hostNetwork: true}}"));

        assertThat(refused.settled()).isTrue();
        assertThat(image(refused)).isEqualTo("one");
        assertThat(refused.askAgain()).isEqualTo(Instant.MAX);
    }

    @Test
    void aNewPoolWithATemplateThatIsRefusedHasWorkersWithoutIt() {
        WorkerPool pool = pool(1, "image: one, podTemplate: {spec: {containers: [{name: shipper, image: bad}]}}");
        for (int look = 0; look < 2; look++) {
            assertThat(decide(pool).revision().template()).isEqualTo(PodTemplate.NONE);
            assertThat(decide(pool).refusal())
                    .hasValueSatisfying(why -> assertThat(why).contains("made without its podTemplate: "));
            later(1_000);
        }
        assertThat(asked).hasSize(2);
    }

    @Test
    void aPoolThatWasMadeAnewHasNothingBeforeIt() {
        decide(pool(1, "image: one"));
        revisions.forget("default");
        WorkerPool another = pool(1, "image: bad");
        another.getMetadata().setUid("another");

        assertThat(image(decide(another))).isEqualTo("bad");
    }

    private Revisions restarted() {
        return new Revisions(new WorkerPodFactory("cHVibGlj"), this::dryRun, () -> now);
    }

    private Optional<PodRefusal> dryRun(Pod pod) {
        String image = pod.getSpec().getContainers().getLast().getImage();
        asked.add(image);
        if (image.equals("bad")) {
            return Optional.of(new PodRefusal("spec.containers[0].image: bad", true));
        }
        if (quotaFull) {
            return Optional.of(new PodRefusal("exceeded quota", false));
        }
        return "high".equals(pod.getSpec().getPriorityClassName()) && !highExists
                ? Optional.of(new PodRefusal("no PriorityClass with name high was found", false))
                : Optional.empty();
    }

    private Decision decide(WorkerPool pool) {
        return revisions.of(pool);
    }

    private void later(long millis) {
        now = now.plus(Duration.ofMillis(millis));
    }

    private static @Nullable String image(Decision decision) {
        return decision.revision().pool().getSpec().worker().image();
    }

    private static void keeps(WorkerPool pool, Map<String, Object> spec) {
        pool.setStatus(JsonMapper.builder().build().convertValue(Map.of("applied", spec), WorkerPoolStatus.class));
    }

    private static WorkerPool pool(long generation, String worker) {
        return Serialization.unmarshal("""
                apiVersion: aicc.io/v1alpha1
                kind: WorkerPool
                metadata: {name: default, namespace: calls, uid: "11111111-2222", generation: %d}
                spec:
                  worker: {%s}
                  outputs: []
                """.formatted(generation, worker), WorkerPool.class);
    }
}
