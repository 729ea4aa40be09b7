package io.aicc.operator.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What it makes of a pod shows the golden file of {@link WorkerPodFactoryTest}. */
class PodTemplateTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            kind: Pod                                                    | kind: a template may say here metadata, spec
            metadata: {name: mine}                                       | metadata.name: a template may say here annotations, labels
            metadata: {labels: {aicc.io/pool: other}}                    | metadata.labels[aicc.io/pool]: keys of aicc.io and of Kubernetes are not for a template
            metadata: {labels: {app.kubernetes.io/name: other}}          | metadata.labels[app.kubernetes.io/name]: keys of
            metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/worker: unconfined}} | metadata.annotations[container.apparmor.security.beta.kubernetes.io/worker]: keys of
            spec: {hostNetwork: true}                                    | spec.hostNetwork: a worker shares nothing with its node, and does not choose it; networkMode HostPort takes its ports
            spec: {serviceAccountName: admin}                            | spec.serviceAccountName: a worker has no account and no token
            spec: {securityContext: {runAsUser: 0}}                      | spec.securityContext: pods of workers fit the pod security standard restricted, and stay so
            spec: {nodeSelector: {disk: ssd}}                            | spec.nodeSelector: say it in spec.worker.scheduling.nodeSelector
            spec: {shareProcessNamespace: true}                          | spec.shareProcessNamespace: a template may say here affinity, containers,
            spec: {containers: [{name: worker, image: "evil:1"}]}        | spec.containers[worker].image: say it in spec.worker.image
            spec: {containers: [{name: worker, command: [sh]}]}          | spec.containers[worker].command: a template may say here env, name, volumeMounts
            spec: {containers: [{name: worker, env: [{name: AICC_BIND_ADDRESS, value: any}]}]} | spec.containers[worker].env[AICC_BIND_ADDRESS]: say it in spec.worker.settings
            spec: {containers: [{name: worker, env: [{name: STT_MODUS, value: batch}]}]} | spec.containers[worker].env[STT_MODUS]: say it in spec.worker.settings
            spec: {containers: [{name: worker, env: [{name: LEGACY_FIXED_PORTS, value: "true"}]}]} | spec.containers[worker].env[LEGACY_FIXED_PORTS]: say it in spec.worker.settings
            spec: {containers: [{name: worker, env: [{name: POD_UID, value: any}]}]} | spec.containers[worker].env[POD_UID]: the operator says it
            spec: {containers: [{name: worker, volumeMounts: [{name: node, mountPath: /node}]}]} | spec.containers[worker].volumeMounts[node]: the template has no volume of that name
            spec: {containers: [{name: shipper, volumeMounts: [{name: key-2, mountPath: /keys}]}]} | spec.containers[shipper].volumeMounts[key-2]: the template has no volume of that name, and those of the worker are its own
            spec: {containers: [{name: shipper, securityContext: {privileged: true}}]} | spec.containers[shipper].securityContext.privileged: a template may say here readOnlyRootFilesystem, runAsGroup, runAsUser
            spec: {containers: [{name: shipper, securityContext: {runAsUser: 0}}]} | spec.containers[shipper].securityContext.runAsUser: pods of workers fit
            spec: {containers: [{name: shipper, env: [{name: LEVEL, value: 5}]}]} | spec.containers[shipper].env[LEVEL]: its value is no text, put it in quotes
            spec: {containers: [{image: "shipper:1"}]}                   | spec.containers[]: it has no name
            spec: {volumes: [{name: node, hostPath: {path: /}}]}         | spec.volumes[node].hostPath: a template may say here configMap, emptyDir, name, secret
            spec: {volumes: [{name: key-2, secret: {secretName: mine}}]} | spec.volumes[key-2]: the worker has a volume of that name
            spec: {containers: null}                                     | spec.containers: it says nothing
            spec: {containers: many}                                     | it is no pod template: Cannot deserialize value of type
            """)
    void tellsWhatATemplateMustNotSayAndWhereToSayIt(String template, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PodTemplate.of(yaml(template)))
                .satisfies(refusal ->
                        assertThat(refusal.getMessage()).startsWith(why).hasLineCount(1));
    }

    @Test
    void tellsOfEachThingThatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PodTemplate.of(yaml("spec: {hostPID: true, tolerations: [], dnsPolicy: Default}")))
                .satisfies(refusal -> assertThat(refusal.getMessage())
                        .contains("spec.hostPID: ", "; spec.tolerations: ")
                        .doesNotContain("dnsPolicy"));
    }

    @Test
    void isNoneWhereNothingIsSaid() {
        assertThat(PodTemplate.of(null)).isEqualTo(PodTemplate.NONE);
        assertThat(PodTemplate.of(Map.of())).isEqualTo(PodTemplate.NONE);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> yaml(String text) {
        return Serialization.unmarshal(text, Map.class);
    }
}
