package io.aicc.e2e.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.e2e.kube.CommandResult;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Uninstalling the chart while calls live: their workers stay, until somebody says that they are to go. */
@ExtendWith(RealApiServerExtension.class)
class UninstallIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path ROOT = Path.of(System.getProperty("aicc.root"));

    private final RealApiServer server;
    private final Installation installation;

    UninstallIT(RealApiServer server) {
        this.server = server;
        this.installation = Installation.of(server, "pool.maxWorkers=42");
    }

    @Test
    void thePoolOfLiveCallsStaysAndTheChartCanBeInstalledAgainOverIt() {
        String pool = installation.kubectl("get", "workerpool", "default", "-o", "jsonpath={.metadata.uid}");
        busy(2);
        await("the policy").atMost(LIMIT).untilAsserted(() -> assertThat(server.kubectl(
                                "delete", "workerpool", "default", "-n", installation.namespace(), "--dry-run=server")
                        .errors())
                .contains("WorkerPool default serves 2 calls, and its workers go with it: wait for them to end"));

        CommandResult refused = helm("uninstall", "aicc");
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.errors()).contains("failed to delete release: aicc");
        assertThat(installation.kubectl("get", "workerpool,deployment", "-o", "name"))
                .as("all but the pool is gone")
                .isEqualTo("workerpool.aicc.io/default");

        helm("rollback", "aicc", "1").orFail();
        assertThat(installation.kubectl("get", "workerpool", "default", "-o", "jsonpath={.metadata.uid}"))
                .as("the same one")
                .isEqualTo(pool);
        assertThat(installation.kubectl("get", "deployment", "-o", "name")).contains("deployment.apps/aicc-operator");

        assertThat(helm("uninstall", "aicc").exitCode()).isNotZero();
        installation.kubectl("annotate", "workerpool", "default", "aicc.io/end-calls=yes");
        helm("uninstall", "aicc").orFail();
        assertThat(installation.kubectl("get", "workerpool", "-o", "name")).isEmpty();
    }

    private void busy(int calls) {
        installation.kubectl(
                "patch",
                "workerpool",
                "default",
                "--subresource=status",
                "--type=merge",
                "-p",
                "{\"status\":{\"busy\":" + calls + "}}");
    }

    private CommandResult helm(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--namespace";
        all[arguments.length + 1] = installation.namespace();
        return server.helm(all);
    }
}
