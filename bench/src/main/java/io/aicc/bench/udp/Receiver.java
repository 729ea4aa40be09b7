package io.aicc.bench.udp;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.bench.Child;
import io.aicc.demo.JavaProgram;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A receiver under measurement: a process that says its ports and can be asked what it counted. */
final class Receiver implements AutoCloseable {
    /** Of each stream, between the socket and the decoder. */
    static final int QUEUED_PACKETS = 8192;
    /** Of each socket; the kernel counts about 700 bytes for a packet. */
    static final int SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String SCRIPT = "asyncio_receiver.py";

    private final Child process;
    private final String ports;

    private Receiver(Child process) throws IOException {
        this.process = process;
        this.ports = process.read();
    }

    /** Whose receiver. */
    enum Kind {
        WORKER("worker (Java)"),
        ASYNCIO("asyncio (Python)");

        final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    /**
     * Starts one.
     *
     * @param sources the ports that will send, divided by a blank
     */
    static Receiver start(Kind kind, String sources, Path directory) throws IOException {
        ProcessBuilder command =
                switch (kind) {
                    case WORKER -> JavaProgram.likeAWorker(WorkerReceiver.class.getName());
                    case ASYNCIO -> asyncio(directory);
                };
        command.command().addAll(List.of(sources.split(" ", -1)));
        return new Receiver(new Child(kind.label, command, directory.resolve(kind + ".log")));
    }

    /** Its two ports, divided by a blank. */
    String ports() {
        return ports;
    }

    Map<String, Long> count() throws IOException {
        return JSON.readValue(process.ask("count"), new TypeReference<>() {});
    }

    @Override
    public void close() throws InterruptedException {
        process.close();
    }

    private static ProcessBuilder asyncio(Path directory) throws IOException {
        return new ProcessBuilder(new ArrayList<>(List.of(
                "python3",
                script(directory).toString(),
                String.valueOf(QUEUED_PACKETS),
                String.valueOf(SOCKET_BUFFER_BYTES))));
    }

    private static Path script(Path directory) throws IOException {
        Path file = directory.resolve(SCRIPT);
        try (InputStream script = Objects.requireNonNull(Receiver.class.getResourceAsStream(SCRIPT))) {
            Files.copy(script, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file.toAbsolutePath();
    }
}
