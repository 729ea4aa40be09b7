package io.aicc.operator.pool;

import io.aicc.crd.WorkerPoolSpec;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which taints of nodes workers bear, and for how long that of a node which is lost. */
final class Tolerations {
    /** What Kubernetes puts on a node whose kubelet is ill, or is not heard any more. */
    private static final List<String> NODE_LOST =
            List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable");

    private static final String NO_EXECUTE = "NoExecute";

    /** From the taint until the pod is deleted and its call moves on. A kubelet that is started again is back before. */
    private static final long NODE_LOST_SECONDS = 30;

    private Tolerations() {}

    /**
     * Of a worker's pod. What the pool says of a lost node by its name holds; otherwise ours stand before its own, for the first that
     * fits a taint counts, and one that bears all of them would keep a call on a dead node for ever.
     */
    static List<Toleration> of(@Nullable List<WorkerPoolSpec.Toleration> wanted) {
        List<WorkerPoolSpec.Toleration> said = Objects.requireNonNullElse(wanted, List.of());
        Stream<Toleration> ours = NODE_LOST.stream()
                .filter(taint -> said.stream().noneMatch(toleration -> isOf(toleration, taint)))
                .map(taint -> new Toleration(NO_EXECUTE, taint, "Exists", NODE_LOST_SECONDS, null));
        Stream<Toleration> theirs = said.stream()
                .map(taint -> new Toleration(taint.effect(), taint.key(), taint.operator(), null, taint.value()));
        return Stream.concat(ours, theirs).toList();
    }

    private static boolean isOf(WorkerPoolSpec.Toleration toleration, String taint) {
        return taint.equals(toleration.key())
                && (toleration.effect() == null || NO_EXECUTE.equals(toleration.effect()));
    }
}
