package io.aicc.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.CallSession;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.Test;

class ConnectionTest {
    @Test
    void whoWroteWhichFieldIsNotRead() {
        try (KubernetesClient client = Connection.open(Config.empty())) {
            CallSession read = client.getKubernetesSerialization().unmarshal("""
                            {"apiVersion": "aicc.io/v1alpha1", "kind": "CallSession",
                             "metadata": {
                               "managedFields": [{"manager": "m", "operation": "Apply", "fieldsV1": {"f:spec": {}}}],
                               "name": "call-1", "labels": {"aicc.io/pbx": "seoul"}},
                             "spec": {"callId": "c", "requestedAt": "2026-01-31T12:00:00.000000Z"}}""", CallSession.class);

            assertThat(read.getMetadata().getManagedFields()).isEmpty();
            assertThat(read.getMetadata().getAdditionalProperties()).isEmpty();
            assertThat(read.getMetadata().getName()).isEqualTo("call-1");
            assertThat(read.getMetadata().getLabels()).containsEntry("aicc.io/pbx", "seoul");
            assertThat(read.getSpec().callId()).isEqualTo("c");
        }
    }
}
