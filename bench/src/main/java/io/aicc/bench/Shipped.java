package io.aicc.bench;

import java.io.IOException;
import java.nio.file.Path;

/** Programs as they are shipped: jars, options, and what their JVM worked out beforehand. */
public final class Shipped {
    private Shipped() {}

    /**
     * Lays a program out, unless it is.
     *
     * @param program as the script {@code assemble} calls it
     * @return where
     */
    public static Path assemble(String program, Path directory) throws IOException, InterruptedException {
        Path shipped = directory.resolve("shipped-" + program).toAbsolutePath();
        int status = new ProcessBuilder("./assemble", program, shipped.toString(), System.getProperty("java.home"))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("./assemble " + program + " ended with " + status);
        }
        return shipped;
    }
}
