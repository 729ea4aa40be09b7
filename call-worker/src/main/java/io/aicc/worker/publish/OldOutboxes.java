package io.aicc.worker.publish;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What sessions before this one left in the same place: a worker that hears call after call would fill its disk, and keep words of
 * callers for ever.
 */
final class OldOutboxes {
    private static final Logger log = LoggerFactory.getLogger(OldOutboxes.class);

    /** Nobody comes back for the words of a call that has been silent for so long. */
    static final Duration KEPT = Duration.ofDays(1);

    /** Session and generation, as the publisher names them. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-]{1,64}-\\d+");

    private OldOutboxes() {}

    /**
     * Deletes the outboxes that nobody has written to for a day; what is none stays. Does not fail.
     *
     * @param own stays however old it is; null when there is none
     */
    static void delete(Path parent, @Nullable Path own, Instant now) {
        try (DirectoryStream<Path> sessions = Files.newDirectoryStream(parent, OldOutboxes::isOutbox)) {
            for (Path session : sessions) {
                if (!session.equals(own) && lastWritten(session).isBefore(now.minus(KEPT))) {
                    deleteTree(session);
                    log.atInfo().addKeyValue("directory", session.getFileName()).log("old outbox deleted");
                }
            }
        } catch (IOException | UncheckedIOException e) {
            log.atWarn().addKeyValue("directory", parent).setCause(e).log("old outboxes not deleted");
        }
    }

    /** Whoever configured the place may have other things there. */
    private static boolean isOutbox(Path path) {
        return NAME.matcher(path.getFileName().toString()).matches()
                && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                && Files.isRegularFile(path.resolve(Outbox.FILE));
    }

    private static Instant lastWritten(Path session) throws IOException {
        Instant last = Instant.MIN;
        for (Path file : tree(session)) {
            Instant written = Files.getLastModifiedTime(file).toInstant();
            last = written.isAfter(last) ? written : last;
        }
        return last;
    }

    private static void deleteTree(Path session) throws IOException {
        for (Path file : tree(session)) {
            Files.delete(file);
        }
    }

    /** Deepest first. */
    private static List<Path> tree(Path session) throws IOException {
        try (Stream<Path> files = Files.walk(session)) {
            return files.sorted(Comparator.reverseOrder()).toList();
        }
    }
}
