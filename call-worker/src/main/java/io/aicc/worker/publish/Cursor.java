package io.aicc.worker.publish;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far one destination is, kept in a file of its own so that a restarted process goes on from there. Without a usable file
 * the cursor lives in memory only, and a restart sends more than once what its receiver knows by its {@code seq}. Not
 * thread-safe.
 */
final class Cursor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Cursor.class);

    private final NumberFile file;
    private long acked;
    private long written;
    private boolean acknowledges;

    private Cursor(NumberFile file) {
        this.file = file;
        this.acked = file.opened(0);
        this.written = file.opened(1);
        this.acknowledges = file.opened(2) != 0;
    }

    static Cursor open(@Nullable Path path) {
        if (path == null) {
            return new Cursor(NumberFile.none());
        }
        try {
            return new Cursor(NumberFile.open(path, 3));
        } catch (IOException e) {
            log.atWarn().addKeyValue("file", path.getFileName()).setCause(e).log("cursor kept in memory only");
            return new Cursor(NumberFile.none());
        }
    }

    /** The receiver says that it has everything up to here; it may also say that it has less than it had. */
    void acknowledged(long seq) {
        acked = seq;
        acknowledges = true;
        save();
    }

    /** The receiver tells what it has, and this time it was nothing of ours. */
    void answered() {
        acknowledges = true;
        save();
    }

    /** The kernel took everything up to here. */
    void written(long seq) {
        written = Math.max(written, seq);
        save();
    }

    long acked() {
        return acked;
    }

    /** Whether this receiver tells what it has; one that never does is trusted to read what was written. */
    boolean acknowledges() {
        return acknowledges;
    }

    /** Everything up to here has been delivered, as far as anybody can tell. */
    long delivered() {
        return acknowledges ? acked : written;
    }

    private void save() {
        file.write(acked, written, acknowledges ? 1 : 0);
    }

    @Override
    public void close() {
        file.close();
    }
}
