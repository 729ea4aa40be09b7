package io.aicc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * A program under measurement or beside it: told what to do a line at a time, answers a line at a time. Its answers begin with
 * {@value #ANSWER}; whatever else it prints goes to its log.
 */
public final class Child implements AutoCloseable {
    private static final String ANSWER = "= ";
    private static final int STOP_SECONDS = 10;

    private final String name;
    private final Path log;
    private final Process process;
    private final PrintWriter in;
    private final BufferedReader out;

    /** Starts it; what it complains about goes to {@code log}. */
    public Child(String name, ProcessBuilder command, Path log) throws IOException {
        this.name = name;
        this.log = log;
        process = command.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        in = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        out = process.inputReader(StandardCharsets.UTF_8);
    }

    public long pid() {
        return process.pid();
    }

    /** For the program itself: answers. */
    public static void answer(String line) {
        System.out.println(ANSWER + line);
    }

    /** Its next answer. */
    public String read() throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(ANSWER)) {
                return line.substring(ANSWER.length());
            }
            Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        throw new IOException(name + " ended; " + log + " says why");
    }

    /** Tells it something, and returns the line that it answers. */
    public String ask(String command) throws IOException {
        in.println(command);
        return read();
    }

    /** Ends it. */
    @Override
    public void close() throws InterruptedException {
        in.close();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
