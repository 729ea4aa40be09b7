package io.aicc.operator.pool;

import io.aicc.operator.port.PortPair;
import io.aicc.runtime.PlainLine;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a pod's object says of a worker. The ports are read where they cannot be changed, in the container's environment; the
 * label of the same value is for people and selectors.
 *
 * @param revision what the pod was made from; empty when it does not say
 * @param live whether it is marked as one that has a call, for budgets and for the cluster autoscaler
 * @param node name of its node, null while it has none
 * @param address IP address of the pod, empty while it has none
 * @param mediaHost where RTP must go: the pod, or its node when the ports are the node's
 * @param restarts how often its process was started again
 * @param reason why the pod failed or its process does not run, with the last line that it wrote, if that is known
 */
record WorkerPod(
        String pool,
        String name,
        String uid,
        PortPair ports,
        int controlPort,
        String revision,
        boolean live,
        @Nullable String node,
        String address,
        String mediaHost,
        boolean ready,
        boolean failed,
        boolean terminating,
        int restarts,
        String reason) {

    /** The condition of a pod that says so. */
    static final String READY = "Ready";

    /** The condition of a pod that says whether it has a node. */
    static final String SCHEDULED = "PodScheduled";

    /** What {@link #reason} begins with while no node is fit for the pod. */
    static final String UNSCHEDULABLE = "Unschedulable";

    /** Reads a pod; empty when it is no worker of ours. */
    static Optional<WorkerPod> of(Pod pod) {
        ObjectMeta meta = pod.getMetadata();
        Map<String, String> labels = Objects.requireNonNullElse(meta.getLabels(), Map.of());
        Map<String, String> annotations = Objects.requireNonNullElse(meta.getAnnotations(), Map.of());
        String pool = labels.get(WorkerPodFactory.POOL_LABEL);
        Optional<Container> container = pod.getSpec().getContainers().stream()
                .filter(candidate -> candidate.getName().equals(WorkerPodFactory.CONTAINER))
                .findFirst();
        Optional<PortPair> ports = container.flatMap(WorkerPod::ports);
        Optional<Integer> control = container.flatMap(found -> port(found, WorkerPodFactory.CONTROL));
        if (pool == null || ports.isEmpty() || control.isEmpty()) {
            return Optional.empty();
        }
        PodStatus status = Objects.requireNonNullElseGet(pod.getStatus(), PodStatus::new);
        String phase = Objects.requireNonNullElse(status.getPhase(), "");
        String address = Objects.requireNonNullElse(status.getPodIP(), "");
        boolean onNode = container.get().getPorts().stream()
                .anyMatch(port -> port.getHostPort() != null && port.getHostPort() > 0);
        return Optional.of(new WorkerPod(
                pool,
                meta.getName(),
                meta.getUid(),
                ports.get(),
                control.get(),
                labels.getOrDefault(WorkerPodFactory.REVISION_LABEL, ""),
                labels.entrySet().containsAll(WorkerPodFactory.LIVE.entrySet())
                        && annotations.entrySet().containsAll(WorkerPodFactory.HAS_TO_STAY.entrySet()),
                pod.getSpec().getNodeName(),
                address,
                onNode ? Objects.requireNonNullElse(status.getHostIP(), "") : address,
                readyCondition(status),
                phase.equals("Failed") || phase.equals("Succeeded"),
                meta.getDeletionTimestamp() != null,
                container(status).map(ContainerStatus::getRestartCount).orElse(0),
                reason(status, phase)));
    }

    /** Whether there is an address to talk to. */
    boolean reachable() {
        return !address.isEmpty() && !mediaHost.isEmpty();
    }

    private static Optional<ContainerStatus> container(PodStatus status) {
        return status.getContainerStatuses().stream()
                .filter(container -> container.getName().equals(WorkerPodFactory.CONTAINER))
                .findFirst();
    }

    private static String reason(PodStatus status, String phase) {
        Optional<ContainerStateWaiting> waiting =
                container(status).map(ContainerStatus::getState).map(ContainerState::getWaiting);
        String reason = Optional.ofNullable(status.getReason())
                .or(() -> unscheduled(status))
                .or(() -> waiting.map(ContainerStateWaiting::getReason))
                .orElse(phase);
        return lastLine(status)
                .map(line -> reason + ", last line: " + line)
                .or(() -> waiting.map(ContainerStateWaiting::getMessage)
                        .map(why -> PlainLine.of(reason + ", " + why.strip())))
                .orElse(reason);
    }

    private static Optional<String> unscheduled(PodStatus status) {
        return status.getConditions().stream()
                .filter(condition -> condition.getType().equals(SCHEDULED)
                        && UNSCHEDULABLE.equals(condition.getReason())
                        && condition.getStatus().equals("False"))
                .findFirst()
                .map(condition -> PlainLine.of(UNSCHEDULABLE + ", " + condition.getMessage()));
    }

    /** The end of what its process wrote before it ended; a process may write anything. */
    private static Optional<String> lastLine(PodStatus status) {
        return container(status)
                .flatMap(container -> Stream.of(container.getState(), container.getLastState())
                        .filter(Objects::nonNull)
                        .map(ContainerState::getTerminated)
                        .filter(Objects::nonNull)
                        .map(ContainerStateTerminated::getMessage)
                        .filter(Objects::nonNull)
                        .findFirst())
                .flatMap(WorkerPod::lastPlainLine)
                .map(PlainLine::of);
    }

    /** A program says in plain words why it cannot start, and may log something after that. */
    private static Optional<String> lastPlainLine(String message) {
        List<String> lines =
                message.lines().filter(line -> !line.isBlank()).toList().reversed();
        return lines.stream().filter(line -> !line.startsWith("{")).findFirst().or(() -> lines.stream()
                .findFirst());
    }

    private static boolean readyCondition(PodStatus status) {
        return status.getConditions().stream()
                .anyMatch(condition -> condition.getType().equals(READY)
                        && condition.getStatus().equals("True"));
    }

    private static Optional<PortPair> ports(Container container) {
        List<EnvVar> environment = Objects.requireNonNullElse(container.getEnv(), List.of());
        try {
            return environment.stream()
                    .filter(variable -> variable.getName().equals(WorkerPodFactory.CUSTOMER_PORT))
                    .findFirst()
                    .map(variable -> new PortPair(Integer.parseInt(variable.getValue())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Integer> port(Container container, String name) {
        return container.getPorts().stream()
                .filter(port -> name.equals(port.getName()))
                .findFirst()
                .map(ContainerPort::getContainerPort);
    }
}
