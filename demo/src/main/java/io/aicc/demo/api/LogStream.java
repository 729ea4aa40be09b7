package io.aicc.demo.api;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A pod's output for {@code kubectl logs}: all of it or the last lines, and with {@code -f} what follows. */
final class LogStream implements Reply.Body {
    private static final long FOLLOW_EVERY_MILLIS = 200;

    private final PodLogs logs;
    private final String podUid;
    private final ApiRequest request;
    private final BooleanSupplier runs;

    LogStream(PodLogs logs, String podUid, ApiRequest request, BooleanSupplier runs) {
        this.logs = logs;
        this.podUid = podUid;
        this.request = request;
        this.runs = runs;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException, InterruptedException {
        Path file = logs.of(podUid);
        if (file == null) {
            return;
        }
        try (FileChannel log = FileChannel.open(file)) {
            log.position(start(file));
            boolean more;
            do {
                more = request.flag("follow") && runs.getAsBoolean();
                Channels.newInputStream(log).transferTo(out);
                out.flush();
                if (more) {
                    Thread.sleep(FOLLOW_EVERY_MILLIS);
                }
            } while (more);
        }
    }

    private long start(Path file) throws IOException {
        String tail = request.query().getOrDefault("tailLines", "");
        if (tail.isEmpty()) {
            return 0;
        }
        List<String> lines = Files.readAllLines(file);
        long skipped = Math.max(0, lines.size() - Long.parseLong(tail));
        return lines.stream()
                .limit(skipped)
                .mapToLong(line -> line.getBytes(StandardCharsets.UTF_8).length + 1L)
                .sum();
    }
}
