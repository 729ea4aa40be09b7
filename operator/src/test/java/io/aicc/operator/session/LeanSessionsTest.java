package io.aicc.operator.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.CallSession;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LeanSessionsTest {
    @Test
    void keepsNothingThatOthersWroteIntoTheMetadata() {
        CallSession session = new CallSession();
        session.setMetadata(new ObjectMetaBuilder()
                .withNamespace("calls")
                .withName("call-1")
                .withUid("uid-of-call-1")
                .withResourceVersion("7")
                .withLabels(Map.of("example.com/label", "long"))
                .withAnnotations(Map.of("example.com/note", "x".repeat(250_000)))
                .withFinalizers("example.com/archive")
                .withOwnerReferences(new OwnerReference())
                .withManagedFields(new ManagedFieldsEntry())
                .build());
        LeanSessions store = new LeanSessions();
        store.put("calls/call-1", session);

        ObjectMeta kept = Objects.requireNonNull(store.get("calls/call-1")).getMetadata();
        assertThat(kept)
                .isEqualTo(new ObjectMetaBuilder()
                        .withNamespace("calls")
                        .withName("call-1")
                        .withUid("uid-of-call-1")
                        .withResourceVersion("7")
                        .build());
    }
}
