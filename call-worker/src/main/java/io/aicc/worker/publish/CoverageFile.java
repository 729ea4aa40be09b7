package io.aicc.worker.publish;

import static java.time.temporal.ChronoUnit.MICROS;

import io.aicc.wire.event.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps how much is covered for the process after this one. Without a usable file that one knows only what the operator tells it,
 * and a gap may be too long. Not thread-safe.
 */
final class CoverageFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CoverageFile.class);

    private final NumberFile file;
    private final @Nullable Coverage before;

    private CoverageFile(NumberFile file, @Nullable Coverage before) {
        this.file = file;
        this.before = before;
    }

    static CoverageFile open(@Nullable Path directory) {
        if (directory != null) {
            try {
                NumberFile file = NumberFile.open(directory.resolve("told"), 3);
                return new CoverageFile(file, read(file));
            } catch (IOException e) {
                log.atWarn().setCause(e).log("how much is covered is kept in memory only");
            }
        }
        return new CoverageFile(NumberFile.none(), null);
    }

    private static @Nullable Coverage read(NumberFile file) {
        long ready = file.opened(0);
        return ready == 0
                ? null
                : new Coverage(
                        Instant.EPOCH.plus(ready, MICROS),
                        Map.of(Channel.CUSTOMER, file.opened(1), Channel.AGENT, file.opened(2)));
    }

    /** Of the process before this one; empty when there was none, or it covered nothing. */
    Optional<Coverage> before() {
        return Optional.ofNullable(before);
    }

    void keep(Coverage now) {
        file.write(
                MICROS.between(Instant.EPOCH, now.ready()),
                now.untilMs().getOrDefault(Channel.CUSTOMER, 0L),
                now.untilMs().getOrDefault(Channel.AGENT, 0L));
    }

    @Override
    public void close() {
        file.close();
    }
}
