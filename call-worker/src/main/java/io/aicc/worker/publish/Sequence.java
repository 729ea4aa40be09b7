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
 * The session's numbers that must not be lost with the process: the last sequence number given, and what had to be dropped.
 * Interims take numbers but leave no line in the outbox, hence a file of its own, one small write per event. Not
 * thread-safe.
 */
final class Sequence implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Sequence.class);
    private static final int SIZE = 3 * Long.BYTES;

    private final ByteBuffer buffer = ByteBuffer.allocate(SIZE);
    private final @Nullable FileChannel file;
    private long last;
    private long dropped;
    private long droppedFinals;

    private Sequence(@Nullable FileChannel file, long base) {
        this.file = file;
        this.last = base;
    }

    static Sequence inMemory(long base) {
        return new Sequence(null, base);
    }

    static Sequence open(Path path, long base) throws IOException {
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        Sequence sequence = new Sequence(file, base);
        if (file.read(sequence.buffer, 0) == SIZE) {
            sequence.buffer.flip();
            sequence.last = Math.max(base, sequence.buffer.getLong());
            sequence.dropped = sequence.buffer.getLong();
            sequence.droppedFinals = sequence.buffer.getLong();
        } else {
            sequence.save(); // claims the space now: later writes do not fail for want of it
        }
        return sequence;
    }

    long next() {
        last++;
        save();
        return last;
    }

    void atLeast(long seq) {
        last = Math.max(last, seq);
    }

    void dropped(boolean isFinal) {
        dropped++;
        if (isFinal) {
            droppedFinals++;
        }
        save();
    }

    long last() {
        return last;
    }

    long dropped() {
        return dropped;
    }

    long droppedFinals() {
        return droppedFinals;
    }

    private void save() {
        if (file == null) {
            return;
        }
        try {
            buffer.clear().putLong(last).putLong(dropped).putLong(droppedFinals).flip();
            file.write(buffer, 0);
        } catch (IOException e) {
            log.atDebug().setCause(e).log("sequence not saved");
        }
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            log.atDebug().setCause(e).log("sequence not closed");
        }
    }
}
