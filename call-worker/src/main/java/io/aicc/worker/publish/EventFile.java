package io.aicc.worker.publish;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lines of an {@link Outbox} on disk, to the end of which more are added. It outlives the process, not the node: nothing is
 * forced to the platter. Not thread-safe.
 */
final class EventFile implements AutoCloseable {
    /** Instead of a position: the line is not in the file. */
    static final long NOWHERE = -1;

    private static final Logger log = LoggerFactory.getLogger(EventFile.class);

    private final @Nullable FileChannel file;
    private long end;

    /** Takes in what a file holds. */
    @FunctionalInterface
    interface Reader {
        /** @param length of the line without its end, bytes */
        void line(String text, long position, int length);
    }

    private EventFile(@Nullable FileChannel file) {
        this.file = file;
    }

    /** No file: it takes nothing. */
    static EventFile none() {
        return new EventFile(null);
    }

    /**
     * Opens or makes a file; what it holds is to be {@linkplain #recover recovered} before anything is added.
     *
     * @throws IOException when it cannot be opened or made
     */
    static EventFile open(Path path) throws IOException {
        return new EventFile(
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
    }

    /** Reads whole lines, and cuts off the rest: the process died while it wrote that, so it was never sent. */
    void recover(Reader reader) throws IOException {
        if (file == null) {
            return;
        }
        InputStream in = new BufferedInputStream(Channels.newInputStream(file.position(0)), 1 << 16);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long position = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            position++;
            if (b != '\n') {
                line.write(b);
                continue;
            }
            reader.line(line.toString(StandardCharsets.UTF_8), end, line.size());
            line.reset();
            end = position;
        }
        file.truncate(end);
    }

    /** Bytes in whole lines. */
    long end() {
        return end;
    }

    /** Adds a line; returns where it begins, or {@link #NOWHERE} when the disk does not take it whole. */
    long append(byte[] text) {
        if (file == null) {
            return NOWHERE;
        }
        ByteBuffer line =
                ByteBuffer.allocate(text.length + 1).put(text).put((byte) '\n').flip();
        long position = end;
        try {
            for (long at = position; line.hasRemaining(); ) {
                at += file.write(line, at);
            }
            end += text.length + 1;
            return position;
        } catch (IOException e) {
            log.atDebug().setCause(e).log("outbox write failed");
            return NOWHERE;
        }
    }

    /**
     * Reads a line.
     *
     * @throws IOException when it cannot be read, or the file is shorter than it was
     */
    byte[] read(long position, int length) throws IOException {
        if (file == null) {
            throw new IOException("no outbox file");
        }
        ByteBuffer line = ByteBuffer.allocate(length);
        while (line.hasRemaining()) {
            int n = file.read(line, position + line.position());
            if (n < 0) {
                throw new IOException("outbox shorter than its index: " + file.size() + " bytes");
            }
        }
        return line.array();
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            log.atDebug().setCause(e).log("outbox not closed");
        }
    }
}
