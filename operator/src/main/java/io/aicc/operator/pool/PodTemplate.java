package io.aicc.operator.pool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a WorkerPool lays over the pods of its workers, {@code spec.worker.podTemplate}. Pure.
 *
 * @param text the same for equal templates; empty when there is none
 * @param wanted what it says, which {@link TemplateRules} let it say
 */
record PodTemplate(String text, PodTemplateSpec wanted) {
    static final PodTemplate NONE = new PodTemplate("", new PodTemplateSpec());

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * From what a WorkerPool says.
     *
     * @throws IllegalArgumentException when it says what a template must not; the message names each such thing, in one line
     */
    static PodTemplate of(@Nullable Map<String, Object> said) {
        if (said == null || said.isEmpty()) {
            return NONE;
        }
        JsonNode json = JSON.valueToTree(said);
        PodTemplateSpec wanted;
        try {
            wanted = JSON.treeToValue(json, PodTemplateSpec.class);
        } catch (JsonProcessingException e) {
            String why = e.getOriginalMessage().lines().findFirst().orElse("not readable");
            throw new IllegalArgumentException("it is no pod template: " + why, e);
        }
        List<String> problems = TemplateRules.problems(json);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        return new PodTemplate(json.toString(), wanted);
    }

    /** Our pod with what the template adds. */
    Pod over(Pod ours) {
        ObjectMeta meta = Objects.requireNonNullElseGet(wanted.getMetadata(), ObjectMeta::new);
        PodSpec spec = Objects.requireNonNullElseGet(wanted.getSpec(), PodSpec::new);
        List<TopologySpreadConstraint> spread = spec.getTopologySpreadConstraints();
        PodBuilder pod = new PodBuilder(ours)
                .editMetadata()
                .addToLabels(meta.getLabels())
                .addToAnnotations(meta.getAnnotations())
                .endMetadata()
                .editSpec()
                .withAffinity(spec.getAffinity())
                .withDnsConfig(spec.getDnsConfig())
                .withDnsPolicy(spec.getDnsPolicy())
                .withHostAliases(spec.getHostAliases())
                .withImagePullSecrets(spec.getImagePullSecrets())
                .withRuntimeClassName(spec.getRuntimeClassName())
                .withSchedulerName(spec.getSchedulerName())
                .withTopologySpreadConstraints(
                        spread.isEmpty() ? ours.getSpec().getTopologySpreadConstraints() : spread)
                .addAllToVolumes(spec.getVolumes())
                .endSpec();
        spec.getContainers().forEach(container -> lay(container, pod));
        return pod.build();
    }

    private static void lay(Container wanted, PodBuilder pod) {
        if (wanted.getName().equals(WorkerPodFactory.CONTAINER)) {
            pod.editSpec()
                    .editMatchingContainer(ours -> ours.getName().equals(wanted.getName()))
                    .addAllToEnv(wanted.getEnv())
                    .addAllToVolumeMounts(wanted.getVolumeMounts())
                    .endContainer()
                    .endSpec();
        } else {
            pod.editSpec().addToContainers(sidecar(wanted)).endSpec();
        }
    }

    /** It has no more rights than the worker, though it may be another user and write to its own disk. */
    private static Container sidecar(Container wanted) {
        SecurityContext said = Objects.requireNonNullElseGet(wanted.getSecurityContext(), SecurityContext::new);
        return new ContainerBuilder(wanted)
                .withSecurityContext(new SecurityContextBuilder(said)
                        .withAllowPrivilegeEscalation(false)
                        .withReadOnlyRootFilesystem(Objects.requireNonNullElse(said.getReadOnlyRootFilesystem(), true))
                        .withNewCapabilities()
                        .withDrop("ALL")
                        .endCapabilities()
                        .build())
                .build();
    }
}
