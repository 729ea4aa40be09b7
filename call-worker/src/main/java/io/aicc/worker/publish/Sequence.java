package io.aicc.worker.publish;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The session's numbers that must not be lost with the process: the last sequence number given, and what had to be dropped.
 * Interims take numbers but leave no line in the outbox, hence a file of its own. Not thread-safe.
 */
final class Sequence implements AutoCloseable {
    private final NumberFile file;
    private long last;
    private long dropped;
    private long droppedFinals;

    private Sequence(NumberFile file, long base) {
        this.file = file;
        this.last = Math.max(base, file.opened(0));
        this.dropped = file.opened(1);
        this.droppedFinals = file.opened(2);
    }

    static Sequence inMemory(long base) {
        return new Sequence(NumberFile.none(), base);
    }

    static Sequence open(Path path, long base) throws IOException {
        return new Sequence(NumberFile.open(path, 3), base);
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

    /** Whether the process after this one will know the numbers. */
    boolean isSaved() {
        return file.isSaved();
    }

    private void save() {
        file.write(last, dropped, droppedFinals);
    }

    @Override
    public void close() {
        file.close();
    }
}
