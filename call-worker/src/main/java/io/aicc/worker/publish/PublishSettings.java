package io.aicc.worker.publish;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where transcripts go.
 *
 * @param destinations receivers; none is allowed: everything then counts as delivered
 * @param directory of the outbox, one subdirectory per session; must survive a restart of the process
 * @param tokenLifetime how long a receiver may let us in with the same token
 * @param network how receivers are reached
 */
public record PublishSettings(List<Destination> destinations, Path directory, Duration tokenLifetime, Network network) {
    /** How long a token lives unless somebody wants it otherwise. */
    public static final Duration TOKEN_LIFETIME = Duration.ofHours(1);

    public PublishSettings {
        destinations = List.copyOf(destinations);
        if (destinations.stream().map(Destination::name).distinct().count() < destinations.size()) {
            throw new IllegalArgumentException("destinations: two have the same name: " + destinations);
        }
    }

    /** Receivers that are reached directly, with tokens of the usual lifetime. */
    public PublishSettings(List<Destination> destinations, Path directory) {
        this(destinations, directory, TOKEN_LIFETIME, Network.DIRECT);
    }
}
