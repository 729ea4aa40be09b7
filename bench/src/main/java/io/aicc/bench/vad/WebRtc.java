package io.aicc.bench.vad;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** WebRTC's detector, by way of Python's binding to it, in an environment of its own under the bench's directory. */
final class WebRtc {
    private static final String PACKAGE = "webrtcvad-wheels==2.0.14.post1";
    private static final String SCRIPT = "webrtc_frames.py";

    private final Path python;
    private final Path directory;
    private final Path script;

    /** Installs it unless that was done before. */
    WebRtc(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        Path environment = directory.resolve("python").toAbsolutePath();
        python = environment.resolve("bin/python");
        if (!Files.exists(environment.resolve("installed"))) {
            run("python3", "-m", "venv", environment.toString());
            run(python.toString(), "-m", "pip", "install", "-q", PACKAGE);
            Files.createFile(environment.resolve("installed"));
        }
        script = directory.resolve(SCRIPT).toAbsolutePath();
        try (InputStream source = Objects.requireNonNull(WebRtc.class.getResourceAsStream(SCRIPT))) {
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * Its decision for each frame of 20 ms.
     *
     * @param aggressiveness 0 lets most through, 3 least
     */
    boolean[] decide(short[] samples, int aggressiveness) throws IOException, InterruptedException {
        Path audio = directory.resolve("scene.raw").toAbsolutePath();
        ByteBuffer bytes = ByteBuffer.allocate(2 * samples.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asShortBuffer().put(samples);
        Files.write(audio, bytes.array());
        Path decisions = directory.resolve("decisions").toAbsolutePath();
        run(
                python.toString(),
                script.toString(),
                audio.toString(),
                decisions.toString(),
                String.valueOf(aggressiveness));
        byte[] voiced = Files.readAllBytes(decisions);
        boolean[] decided = new boolean[voiced.length];
        for (int i = 0; i < voiced.length; i++) {
            decided[i] = voiced[i] == '1';
        }
        return decided;
    }

    private void run(String... command) throws IOException, InterruptedException {
        Path log = directory.resolve("python.log");
        int status = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException(String.join(" ", command) + " failed, see " + log);
        }
    }
}
