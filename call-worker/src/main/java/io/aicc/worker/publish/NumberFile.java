package io.aicc.worker.publish;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few numbers that must not be lost with the process: all of them in one small write to the page cache. A write that fails is
 * only logged, since a restart then sends more than once what is deduplicated by {@code event_id}. Not thread-safe.
 */
final class NumberFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NumberFile.class);

    private final ByteBuffer buffer;
    private final @Nullable FileChannel file;

    private NumberFile(@Nullable FileChannel file, int numbers) {
        this.file = file;
        this.buffer = ByteBuffer.allocate(numbers * Long.BYTES);
    }

    /** No file: what is written is forgotten. */
    static NumberFile none() {
        return new NumberFile(null, 0);
    }

    /**
     * Opens or makes a file of so many numbers; a new one holds zeros.
     *
     * @throws IOException when it cannot be read or made
     */
    static NumberFile open(Path path, int numbers) throws IOException {
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        NumberFile opened = new NumberFile(file, numbers);
        if (file.read(opened.buffer, 0) < opened.buffer.capacity()) {
            Arrays.fill(opened.buffer.array(), (byte) 0);
            opened.save(); // Claims the space now, if there is any: later writes do not fail for want of it.
        }
        return opened;
    }

    /** The number in that place, as last read or written. */
    long opened(int place) {
        return file == null ? 0 : buffer.getLong(place * Long.BYTES);
    }

    void write(long... numbers) {
        if (file != null) {
            buffer.clear();
            for (long number : numbers) {
                buffer.putLong(number);
            }
            save();
        }
    }

    private void save() {
        try {
            if (file != null) {
                file.write(buffer.clear(), 0);
            }
        } catch (IOException e) {
            log.atDebug().setCause(e).log("numbers not saved");
        }
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
