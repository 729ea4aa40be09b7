package io.aicc.worker.publish;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a worker keeps what it has to deliver: one directory for each session and generation. */
final class OutboxDirectory {
    private static final Logger log = LoggerFactory.getLogger(OutboxDirectory.class);

    private OutboxDirectory() {}

    /** Makes that of a session, unless it is there; null when it cannot be had, which is logged. */
    static @Nullable Path of(SessionIdentity session, Path parent) {
        String id = session.sessionId();
        // A UID is its own name; anything else must not become a path.
        String name = id.matches("[A-Za-z0-9-]{1,64}")
                ? id
                : UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)).toString();
        Path directory = parent.resolve(name + "-" + session.generation());
        try {
            // Words of callers: for nobody else on this machine.
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return directory;
        } catch (IOException | UnsupportedOperationException e) {
            log.atError().addKeyValue("directory", parent).setCause(e).log("no directory for the outbox");
            return null;
        }
    }
}
