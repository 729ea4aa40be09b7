package io.aicc.demo.api;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where the output of a pod is kept, for {@code kubectl logs}; whoever runs the pods knows. */
@FunctionalInterface
public interface PodLogs {
    /** The file that the pod with this uid writes to, or null when it has not written. */
    @Nullable
    Path of(String podUid);
}
