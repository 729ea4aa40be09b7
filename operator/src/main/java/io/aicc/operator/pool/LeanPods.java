package io.aicc.operator.pool;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.List;
import java.util.Objects;

/**
 * Remembers of each pod what {@link WorkerPod} reads and forgets the rest: as objects, the volumes, probes, conditions and
 * field owners of thousands of pods would be most of the operator's memory.
 */
final class LeanPods extends BasicItemStore<Pod> {
    LeanPods() {
        super(Cache::metaNamespaceKeyFunc);
    }

    @Override
    public Pod put(String key, Pod pod) {
        return super.put(key, lean(pod));
    }

    /** The same pod without what nobody here reads. */
    static Pod lean(Pod pod) {
        ObjectMeta meta = pod.getMetadata();
        meta.setManagedFields(List.of());
        meta.setOwnerReferences(List.of());
        List<Container> containers =
                pod.getSpec().getContainers().stream().map(LeanPods::lean).toList();
        pod.setSpec(new PodSpecBuilder()
                .withNodeName(pod.getSpec().getNodeName())
                .withContainers(containers)
                .build());
        if (pod.getStatus() != null) {
            pod.setStatus(lean(pod.getStatus()));
        }
        return pod;
    }

    private static PodStatus lean(PodStatus status) {
        return new PodStatusBuilder()
                .withPhase(status.getPhase())
                .withReason(status.getReason())
                .withPodIP(status.getPodIP())
                .withHostIP(status.getHostIP())
                .withConditions(
                        status.getConditions().stream().filter(LeanPods::told).toList())
                .withContainerStatuses(status.getContainerStatuses().stream()
                        .filter(container -> container.getName().equals(WorkerPodFactory.CONTAINER))
                        .toList())
                .build();
    }

    /** Whether a pod is ready, and why it has no node. */
    private static boolean told(PodCondition condition) {
        return condition.getType().equals(WorkerPod.READY)
                || condition.getType().equals(WorkerPod.SCHEDULED)
                        && condition.getStatus().equals("False");
    }

    private static Container lean(Container container) {
        List<EnvVar> environment = Objects.requireNonNullElse(container.getEnv(), List.of());
        return new ContainerBuilder()
                .withName(container.getName())
                .withPorts(container.getPorts())
                .withEnv(environment.stream()
                        .filter(variable -> variable.getName().equals(WorkerPodFactory.CUSTOMER_PORT))
                        .toList())
                .build();
    }
}
