package io.aicc.operator.kube;

import io.aicc.runtime.Settings;
import java.time.Duration;

/**
 * Leadership by a Lease. A leader that cannot renew stops leading before the lease runs out. Where processors are short it has
 * eight tries for that, and when it is lost another one leads within the lease and 2.2 retries: docs/adr/0025.
 */
public record Election(boolean enabled, String lease, Duration duration, Duration renewal, Duration retry) {
    public Election {
        // A retry comes after up to 2.2 of its periods: jitter is added.
        if (renewal.compareTo(duration) >= 0 || retry.toMillis() * 22 / 10 >= renewal.toMillis()) {
            throw new IllegalArgumentException(
                    "AICC_LEASE_SECONDS: the lease (%d s) must be longer than its renewal (%d s), and that longer than 2.2 retries (%d s each)"
                            .formatted(duration.toSeconds(), renewal.toSeconds(), retry.toSeconds()));
        }
    }

    /** Reads the settings of a program whose lease is called so unless told otherwise. */
    public static Election from(Settings settings, String lease) {
        return new Election(
                settings.flag("AICC_LEADER_ELECTION", true, "Whether leadership is settled by a Lease"),
                settings.text("AICC_LEASE_NAME", lease, "Name of that Lease"),
                settings.seconds("AICC_LEASE_SECONDS", 10, 3, 300, "How long a Lease lasts unless renewed"),
                settings.seconds("AICC_LEASE_RENEW_SECONDS", 8, 2, 299, "A leader that cannot renew for so long stops"),
                settings.seconds("AICC_LEASE_RETRY_SECONDS", 1, 1, 298, "How often the Lease is tried"));
    }
}
