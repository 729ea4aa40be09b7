package io.aicc.demo.pod;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is known of a pod and its one container, as the status that a kubelet would write. Not thread-safe. */
final class PodReport {
    private final Container container;
    private final String podIp;
    private final InstantSource clock;
    private final String startTime;
    private int restarts;
    private String phase = "Pending";
    private boolean ready;
    private String readySince;
    private ContainerState state = new ContainerState();
    private @Nullable ContainerState lastState;

    PodReport(Container container, String podIp, InstantSource clock) {
        this.container = container;
        this.podIp = podIp;
        this.clock = clock;
        this.startTime = now();
        this.readySince = startTime;
    }

    int restarts() {
        return restarts;
    }

    void waiting(String reason, String message) {
        ready(false);
        state = new ContainerStateBuilder()
                .withNewWaiting()
                .withReason(reason)
                .withMessage(message)
                .endWaiting()
                .build();
    }

    void running() {
        phase = "Running";
        state = new ContainerStateBuilder()
                .withNewRunning()
                .withStartedAt(now())
                .endRunning()
                .build();
    }

    /** @return whether that is news */
    boolean ready(boolean isReady) {
        boolean news = ready != isReady;
        if (news) {
            ready = isReady;
            readySince = now();
        }
        return news;
    }

    /**
     * The process ended.
     *
     * @param lastWords what it wrote at the end, where that is asked for
     */
    void exited(int code, @Nullable String lastWords) {
        ready(false);
        state = new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(code)
                .withMessage(lastWords)
                .withReason(code == 0 ? "Completed" : "Error")
                .withFinishedAt(now())
                .endTerminated()
                .build();
    }

    /** The process will be started again. */
    void restarting() {
        restarts++;
        lastState = state;
    }

    /** The process ended and stays so. */
    void over(boolean success) {
        phase = success ? "Succeeded" : "Failed";
    }

    PodStatus status() {
        return new PodStatusBuilder()
                .withPhase(phase)
                .withPodIP(podIp)
                .addNewPodIP(podIp)
                .withHostIP(LocalKubelet.HOST_IP)
                .withStartTime(startTime)
                .withConditions(Stream.of("PodScheduled", "Initialized", "ContainersReady", "Ready")
                        .map(this::condition)
                        .toList())
                .withContainerStatuses(new ContainerStatusBuilder()
                        .withName(container.getName())
                        .withImage(container.getImage())
                        .withImageID("")
                        .withReady(ready)
                        .withStarted(state.getRunning() != null)
                        .withRestartCount(restarts)
                        .withState(state)
                        .withLastState(lastState)
                        .build())
                .build();
    }

    private PodCondition condition(String type) {
        boolean always = "PodScheduled".equals(type) || "Initialized".equals(type);
        return new PodConditionBuilder()
                .withType(type)
                .withStatus(always || ready ? "True" : "False")
                .withLastTransitionTime(always ? startTime : readySince)
                .withReason(always || ready ? null : "ContainersNotReady")
                .build();
    }

    private String now() {
        return Instant.ofEpochMilli(clock.millis())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }
}
