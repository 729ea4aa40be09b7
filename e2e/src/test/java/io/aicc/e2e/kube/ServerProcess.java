package io.aicc.e2e.kube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server in the background with its log in a file. It ends with this JVM, also when the JVM is killed. */
final class ServerProcess implements AutoCloseable {

    /** A shell reads a pipe that ends when this JVM closes it or dies, then kills the server: its data nobody needs. */
    private static final String UNTIL_STDIN_ENDS = """
            exec 3<&0
            "$@" 3<&- & server=$!
            { cat <&3; kill -KILL $server; } >/dev/null 2>&1 &
            wait $server
            """;

    private static final int TAIL_LINES = 15;

    private final String name;
    private final Path log;
    private final Process process;

    private ServerProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** Starts {@code program} in {@code folder}, where its log goes too. */
    static ServerProcess start(Path program, List<String> arguments, Path folder) throws IOException {
        String name = program.getFileName().toString();
        List<String> command = new ArrayList<>(List.of("sh", "-c", UNTIL_STDIN_ENDS, name, program.toString()));
        command.addAll(arguments);
        Path log = folder.resolve(name + ".log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new ServerProcess(name, log, process);
    }

    /** Throws, with the end of the log, when the server has ended by itself. */
    void checkAlive() throws IOException {
        if (!process.isAlive()) {
            List<String> lines = Files.readAllLines(log);
            throw new IllegalStateException("%s ended with exit code %d:%n%s"
                    .formatted(
                            name,
                            process.exitValue(),
                            String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()))));
        }
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot stop " + name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
