package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolStatus;
import io.aicc.operator.kube.Conditions;
import io.aicc.runtime.Program;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A WorkerPool whose schema takes a change of which the API server then takes no pod. */
@ExtendWith(OperatorRigExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class ChangeRefusedIT {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final OperatorRig rig;
    private final KubernetesClient client;

    ChangeRefusedIT(OperatorRig rig) {
        this.rig = rig;
        this.client = rig.client();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            resources: {requests: {memory: 512Mi}, limits: {memory: 256Mi, cpu: 1}}, scheduling: {nodeSelector: {disk: "fast and large"}} | resources: {requests: {memory: 128Mi}}, scheduling: {nodeSelector: {disk: fast}} | must be less than or equal to memory limit
            podTemplate: {spec: {containers: [{name: Log_Shipper, image: "shipper:1"}]}}             | podTemplate: null                         | Log_Shipper
            settings: [{name: AICC_LANGUAGE, value: ko}], scheduling: {priorityClassName: none}      | scheduling: {priorityClassName: null}    | no PriorityClass with name none was found
            """)
    void callsGetWorkersAsBeforeThoughTheOperatorIsReplacedAndAWellMeantChangeIsMade(
            String refused, String mended, String why) throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        Program first = rig.startOperator(rig.newClient(), Map.of());
        rig.awaitPool(says("WarmBufferFull").and(status -> status.applied() != null));
        change("image: two");
        rig.awaitPool(says("WarmBufferFull").and(applied("two")));

        change("image: three, " + refused);
        rig.awaitPool(says("ChangeRefused")
                .and(status -> message(status).startsWith("spec is not applied, workers are made as before: "))
                .and(status -> message(status).contains(why)));
        rig.create("call-1", Instant.now());
        rig.awaitSession("call-1", Phase.Ready);
        rig.create("call-2", Instant.now());
        rig.awaitSession("call-2", Phase.Ready);
        first.close();
        rig.startOperator();
        rig.create("call-3", Instant.now());
        rig.awaitSession("call-3", Phase.Ready);
        rig.create("call-4", Instant.now());
        rig.awaitSession("call-4", Phase.Ready);
        rig.awaitPool(says("ChangeRefused").and(applied("two")));
        assertThat(images()).containsOnly("two");

        change(mended);
        rig.awaitPool(says("WarmBufferFull").and(applied("three")));
    }

    /** The image as well: a change is made as a whole. */
    @Test
    void whatTheChangeLackedIsMadeLater() throws Exception {
        String name = "late-" + rig.namespace();
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.awaitPool(says("WarmBufferFull"));
        change("image: two, scheduling: {priorityClassName: %s}".formatted(name));
        rig.awaitPool(says("ChangeRefused"));
        PriorityClass late = new PriorityClassBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withValue(1)
                .build();
        client.resource(late).create();

        rig.awaitPool(says("WarmBufferFull").and(applied("two")));
        client.resource(late).delete();
    }

    private static Predicate<WorkerPoolStatus> says(String reason) {
        return status -> Conditions.ready(status.conditions())
                .filter(condition -> condition.getReason().equals(reason))
                .isPresent();
    }

    private static String message(WorkerPoolStatus status) {
        return Conditions.ready(status.conditions()).orElseThrow().getMessage();
    }

    private static Predicate<WorkerPoolStatus> applied(String image) {
        return status -> status.applied() != null
                && String.valueOf(status.applied().get("worker")).contains("image=" + image);
    }

    private List<String> images() {
        return client.pods().inNamespace(rig.namespace()).list().getItems().stream()
                .map(Pod::getSpec)
                .map(spec -> spec.getContainers().getFirst().getImage())
                .toList();
    }

    private void change(String worker) {
        String merge = "spec: {worker: {%s}}".formatted(worker);
        client.resources(WorkerPool.class)
                .inNamespace(rig.namespace())
                .withName("default")
                .patch(MERGE, Serialization.asJson(Serialization.unmarshal(merge, Map.class)));
    }
}
