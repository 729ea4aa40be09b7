package io.aicc.worker.publish;

import java.nio.file.Path;
import java.util.List;

/**
 * Where transcripts go.
 *
 * @param destinations receivers; none is allowed: everything then counts as delivered
 * @param directory of the outbox, one subdirectory per session; must survive a restart of the process
 */
public record PublishSettings(List<Destination> destinations, Path directory) {
    public PublishSettings {
        destinations = List.copyOf(destinations);
        if (destinations.stream().map(Destination::name).distinct().count() < destinations.size()) {
            throw new IllegalArgumentException("destinations: two have the same name: " + destinations);
        }
    }
}
