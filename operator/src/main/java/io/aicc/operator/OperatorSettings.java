package io.aicc.operator;

import io.aicc.runtime.LogConfigurator;
import io.aicc.runtime.ManagementServer.Endpoints;
import io.aicc.runtime.Settings;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How the operator is told to run.
 *
 * @param namespace whose sessions, pools and pods are ours
 * @param controlKey file with the private key that our orders are signed with
 * @param election whether several of us may run, one leading
 */
record OperatorSettings(String namespace, Path controlKey, Election election, Endpoints endpoints) {

    /** Leadership by a Lease. A leader that cannot renew stops leading before the lease runs out. */
    record Election(boolean enabled, String lease, Duration duration, Duration renewal, Duration retry) {
        Election {
            // A retry comes after up to 2.2 of its periods: jitter is added.
            if (renewal.compareTo(duration) >= 0 || retry.toMillis() * 22 / 10 >= renewal.toMillis()) {
                throw new IllegalArgumentException(
                        "AICC_LEASE_SECONDS: the lease (%d s) must be longer than its renewal (%d s), and that longer than 2.2 retries (%d s each)"
                                .formatted(duration.toSeconds(), renewal.toSeconds(), retry.toSeconds()));
            }
        }
    }

    static OperatorSettings from(Settings settings) {
        LogConfigurator.declare(settings);
        return new OperatorSettings(
                settings.text("AICC_NAMESPACE", null, "Namespace of the CallSessions, WorkerPools and worker pods"),
                settings.path(
                        "AICC_CONTROL_KEY_FILE",
                        null,
                        "Ed25519 private key (PKCS #8 PEM, openssl genpkey -algorithm ed25519) that signs orders to workers"),
                new Election(
                        settings.flag("AICC_LEADER_ELECTION", true, "Whether leadership is settled by a Lease"),
                        settings.text("AICC_LEASE_NAME", "aicc-operator", "Name of that Lease"),
                        settings.seconds("AICC_LEASE_SECONDS", 10, 3, 300, "How long a Lease lasts unless renewed"),
                        settings.seconds(
                                "AICC_LEASE_RENEW_SECONDS", 6, 2, 299, "A leader that cannot renew for so long stops"),
                        settings.seconds("AICC_LEASE_RETRY_SECONDS", 2, 1, 298, "How often the Lease is tried")),
                Endpoints.from(settings));
    }
}
