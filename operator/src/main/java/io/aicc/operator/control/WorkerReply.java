package io.aicc.operator.control;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a worker answers, read as it comes: HTTP/1.1 (RFC 9112) of which the connection is the end, so only chunks have to be
 * decoded. One for each live worker is open all the time, thread and all it takes 12 kB of heap; with the JDK's own client it
 * took 29.
 */
final class WorkerReply implements Closeable {
    /** Of a header or a report, which is below 1 kB; a line longer than this is neither. */
    static final int MAX_LINE_BYTES = 16 * 1024;

    private static final int MAX_HEADERS = 100;
    private static final int BUFFER_BYTES = 512;

    private final InputStream in;
    private final int status;
    private final boolean chunked;
    private long leftOfChunk;
    private boolean begun;

    private WorkerReply(InputStream in, int status, boolean chunked) {
        this.in = in;
        this.status = status;
        this.chunked = chunked;
    }

    /** Reads status and headers; closing the reply closes what it is read from. */
    static WorkerReply read(InputStream connection) throws IOException {
        InputStream in = new BufferedInputStream(connection, BUFFER_BYTES);
        int status = 0;
        boolean chunked = false;
        for (int i = 0; i < MAX_HEADERS; i++) {
            String line = line(in::read);
            if (line == null) {
                throw new IOException("connection ended within the headers of an answer");
            } else if (status == 0) {
                status = status(line);
            } else if (!line.isEmpty()) {
                chunked |= line.strip().equalsIgnoreCase("transfer-encoding: chunked");
            } else if (status / 100 == 1) {
                status = 0; // The answer proper comes after it, section 9.2.1 of RFC 9110.
            } else {
                return new WorkerReply(in, status, chunked);
            }
        }
        throw new IOException("no whole answer in " + MAX_HEADERS + " lines of header");
    }

    int status() {
        return status;
    }

    /** The next line of the body; null at its end. */
    @Nullable
    String line() throws IOException {
        return line(this::next);
    }

    /** The whole body, or as much of it as fits. */
    String text(int maxBytes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        for (int b = next(); b >= 0 && bytes.size() < maxBytes; b = next()) {
            bytes.write(b);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** The next byte of the body; −1 at its end. */
    private int next() throws IOException {
        if (!chunked) {
            return in.read();
        }
        if (leftOfChunk == 0 && !nextChunk()) {
            return -1;
        }
        leftOfChunk--;
        return in.read();
    }

    /** Section 7.1 of RFC 9112; a body that ended once stays at its end. */
    private boolean nextChunk() throws IOException {
        String size = line(in::read);
        if (begun && size != null && size.isEmpty()) {
            size = line(in::read); // The line before closed the last chunk.
        }
        begun = true;
        if (size == null) {
            return false;
        }
        try {
            leftOfChunk = Long.parseLong(size, 0, end(size), 16);
        } catch (NumberFormatException e) {
            throw new IOException("chunk of an answer without a size", e);
        }
        return leftOfChunk > 0;
    }

    /** Where its extensions begin, if it has any. */
    private static int end(String size) {
        int semicolon = size.indexOf(';');
        return semicolon < 0 ? size.length() : semicolon;
    }

    private static int status(String line) throws IOException {
        if (!line.matches("HTTP/1\\.[01] [1-5]\\d\\d( .*)?")) {
            throw new IOException("no answer in HTTP");
        }
        return Integer.parseInt(line, 9, 12, 10);
    }

    private interface Bytes {
        int next() throws IOException;
    }

    private static @Nullable String line(Bytes in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(BUFFER_BYTES);
        for (int b = in.next(); b >= 0; b = in.next()) {
            if (b == '\n') {
                String line = bytes.toString(StandardCharsets.UTF_8);
                return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            }
            if (bytes.size() == MAX_LINE_BYTES) {
                throw new IOException("line of an answer longer than " + MAX_LINE_BYTES + " bytes");
            }
            bytes.write(b);
        }
        return null;
    }
}
