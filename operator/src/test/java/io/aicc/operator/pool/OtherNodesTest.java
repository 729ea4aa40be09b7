package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With nothing else said, it is in the golden file of {@link WorkerPodFactoryTest}. */
class OtherNodesTest {
    @Test
    void leavesWhatWasSaidWhereNoNodeIsTaken() {
        Affinity said = affinity("podAntiAffinity: {}");
        assertThat(OtherNodes.than(List.of(), said)).isSameAs(said);
        assertThat(OtherNodes.than(List.of(), null)).isNull();
    }

    @Test
    void keepsOffTheNodesWhicheverTermANodeFits() {
        Affinity said = affinity("""
                nodeAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                    - {weight: 1, preference: {matchExpressions: [{key: disk, operator: Exists}]}}
                  requiredDuringSchedulingIgnoredDuringExecution:
                    nodeSelectorTerms:
                      - matchExpressions: [{key: zone, operator: In, values: [a]}]
                      - matchFields: [{key: metadata.name, operator: In, values: [c]}]
                      - {}
                podAffinity: {}
                """);
        assertThat(OtherNodes.than(List.of("a", "b"), said)).isEqualTo(affinity("""
                nodeAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                    - {weight: 1, preference: {matchExpressions: [{key: disk, operator: Exists}]}}
                  requiredDuringSchedulingIgnoredDuringExecution:
                    nodeSelectorTerms:
                      - matchExpressions: [{key: zone, operator: In, values: [a]}]
                        matchFields:
                          - {key: metadata.name, operator: NotIn, values: [a]}
                          - {key: metadata.name, operator: NotIn, values: [b]}
                      - matchFields:
                          - {key: metadata.name, operator: In, values: [c]}
                          - {key: metadata.name, operator: NotIn, values: [a]}
                          - {key: metadata.name, operator: NotIn, values: [b]}
                      - {}
                podAffinity: {}
                """));
    }

    private static Affinity affinity(String yaml) {
        return Serialization.unmarshal(yaml, Affinity.class);
    }
}
