package io.aicc.worker.publish;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few numbers that must not be lost with the process: all of them, and a checksum, in one small write to the page cache. A write that
 * fails is only logged, since a restart then sends more than once what its receiver knows by its {@code seq}. Not thread-safe.
 */
final class NumberFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NumberFile.class);

    private final ByteBuffer buffer;
    private final @Nullable FileChannel file;
    private boolean saved;

    private NumberFile(@Nullable FileChannel file, int numbers) {
        this.file = file;
        this.buffer = ByteBuffer.allocate((numbers + 1) * Long.BYTES);
    }

    /** No file: what is written is forgotten. */
    static NumberFile none() {
        return new NumberFile(null, 0);
    }

    /**
     * Opens or makes a file of so many numbers; a new one holds zeros, and so does one that was damaged.
     *
     * @throws IOException when it cannot be read or made
     */
    static NumberFile open(Path path, int numbers) throws IOException {
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        NumberFile opened = new NumberFile(file, numbers);
        int length = file.read(opened.buffer, 0);
        opened.saved = true;
        if (length < opened.buffer.capacity() || opened.sumAsRead() != opened.sum()) {
            if (length > 0) {
                log.atWarn().addKeyValue("file", path.getFileName()).log("file of numbers damaged, counts for nothing");
            }
            // Claims the space now, if there is any: later writes do not fail for want of it.
            opened.write(new long[numbers]);
        }
        return opened;
    }

    /** The number in that place, as last read or written. */
    long opened(int place) {
        return file == null ? 0 : buffer.getLong(place * Long.BYTES);
    }

    /** All of them. */
    void write(long... numbers) {
        if (file == null) {
            return;
        }
        buffer.clear();
        for (long number : numbers) {
            buffer.putLong(number);
        }
        buffer.putLong(sum());
        try {
            file.write(buffer.flip(), 0);
            saved = true;
        } catch (IOException e) {
            saved = false;
            log.atDebug().setCause(e).log("numbers not saved");
        }
    }

    /** Whether the file holds what was written last. */
    boolean isSaved() {
        return saved;
    }

    private int sumPosition() {
        return buffer.capacity() - Long.BYTES;
    }

    private long sumAsRead() {
        return buffer.getLong(sumPosition());
    }

    private long sum() {
        CRC32C sum = new CRC32C();
        sum.update(buffer.array(), 0, sumPosition());
        return sum.getValue();
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            log.atDebug().setCause(e).log("number file not closed");
        }
    }
}
