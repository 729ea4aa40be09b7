package io.aicc.worker.publish;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far one destination is, kept in a file of its own so that a restarted process goes on from there. Every change is one
 * small write to the page cache; without a usable file the cursor lives in memory only, and a restart sends more than once
 * what is then deduplicated by {@code event_id}. Not thread-safe.
 */
final class Cursor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Cursor.class);
    private static final int SIZE = 2 * Long.BYTES + 1;

    private final ByteBuffer buffer = ByteBuffer.allocate(SIZE);
    private final @Nullable FileChannel file;
    private long acked;
    private long written;
    private boolean acknowledges;

    private Cursor(@Nullable FileChannel file) {
        this.file = file;
    }

    static Cursor open(@Nullable Path path) {
        if (path == null) {
            return new Cursor(null);
        }
        try {
            FileChannel file = FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            Cursor cursor = new Cursor(file);
            cursor.load(file);
            return cursor;
        } catch (IOException e) {
            log.atWarn().addKeyValue("file", path.getFileName()).setCause(e).log("cursor kept in memory only");
            return new Cursor(null);
        }
    }

    private void load(FileChannel file) throws IOException {
        if (file.read(buffer, 0) == SIZE) {
            buffer.flip();
            acked = buffer.getLong();
            written = buffer.getLong();
            acknowledges = buffer.get() != 0;
        } else {
            save(); // claims the space now: later writes do not fail for want of it
        }
    }

    /** The receiver says that it has everything up to here; it may also say that it has less than it had. */
    void acknowledged(long seq) {
        acked = seq;
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
        if (file == null) {
            return;
        }
        try {
            buffer.clear()
                    .putLong(acked)
                    .putLong(written)
                    .put((byte) (acknowledges ? 1 : 0))
                    .flip();
            file.write(buffer, 0);
        } catch (IOException e) {
            log.atDebug().setCause(e).log("cursor not saved");
        }
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            log.atDebug().setCause(e).log("cursor not closed");
        }
    }
}
