package io.aicc.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Phase;
import io.aicc.crd.WorkerPool;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import io.aicc.runtime.Program;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that are over are out of the operator's watch; what happens to them all the same. */
@ExtendWith(RealApiServerExtension.class)
class EndedRecordsIT {
    private final OperatorRig rig;
    private final KubernetesClient client;

    EndedRecordsIT(RealApiServer server, @TempDir Path folder) throws IOException {
        this.rig = new OperatorRig(server, folder);
        this.client = server.client();
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void recordsAreDeletedWhenTheirTimeIsOverByWhoeverLeadsThen() throws Exception {
        rig.pool("warm: {min: 1, max: 1}, limits: {keepEndedSeconds: 3600}");
        Program first = rig.startOperator(rig.newClient(), Map.of());
        endedCall("call-1");
        first.close();
        rig.startOperator();
        endedCall("call-2");

        assertThat(rig.resource("call-1").get()).isNotNull();
        keepNoRecords();
        await("the record that the first leader wrote")
                .atMost(OperatorRig.LIMIT)
                .until(() -> rig.resource("call-1").get() == null);
        await("the record of its own")
                .atMost(OperatorRig.LIMIT)
                .until(() -> rig.resource("call-2").get() == null);
    }

    @Test
    void whoWritesByHandThatALiveSessionIsOverFreesItsWorkerAndKeepsItsRecord() throws Exception {
        rig.pool("warm: {min: 1, max: 1}");
        rig.startOperator();
        rig.create("call-1", Instant.now());
        String pod = OperatorRig.worker(rig.awaitSession("call-1", Phase.Ready));
        rig.resource("call-1")
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":{\"phase\":\"Ended\"}}");

        await().atMost(OperatorRig.LIMIT)
                .until(() ->
                        client.pods().inNamespace(rig.namespace()).withName(pod).get() == null);
        assertThat(rig.awaitSession("call-1", Phase.Ended).getStatus()).isNotNull();
    }

    @Test
    void aLiveSessionThatHasTheNameOfAnEndedOneStays() throws Exception {
        rig.pool("warm: {min: 2, max: 2}, limits: {keepEndedSeconds: 3600}");
        rig.startOperator();
        endedCall("call-1");
        rig.resource("call-1").delete();
        rig.create("call-1", Instant.now());
        String uid = rig.awaitSession("call-1", Phase.Ready).getMetadata().getUid();
        endedCall("call-2");

        keepNoRecords();
        await("the record whose time is over as well")
                .atMost(OperatorRig.LIMIT)
                .until(() -> rig.resource("call-2").get() == null);
        assertThat(rig.awaitSession("call-1", Phase.Ready).getMetadata().getUid())
                .isEqualTo(uid);
    }

    private void keepNoRecords() {
        client.resources(WorkerPool.class)
                .inNamespace(rig.namespace())
                .withName("default")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"limits\":{\"keepEndedSeconds\":0}}}");
    }

    private void endedCall(String name) {
        rig.create(name, Instant.now());
        rig.awaitSession(name, Phase.Ready);
        rig.hangUp(name);
        rig.awaitSession(name, Phase.Ended);
    }
}
