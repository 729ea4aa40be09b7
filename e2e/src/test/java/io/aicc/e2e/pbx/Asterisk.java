package io.aicc.e2e.pbx;

import io.aicc.demo.pbx.AsteriskFiles;
import io.aicc.demo.pbx.AsteriskProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Real Asterisks for tests, each in a directory of its own; {@code ./aicc verify} provides the program. */
public final class Asterisk {
    static final Path PROJECT = Path.of(System.getProperty("aicc.root"));

    private Asterisk() {}

    /** One with the project's own configuration. */
    public static AsteriskProcess start() throws IOException, InterruptedException {
        return start(Map.of());
    }

    /**
     * One with more in its configuration.
     *
     * @param additions by file name: appended to the project's file of that name, a file of its own where there is none
     */
    public static AsteriskProcess start(Map<String, String> additions) throws IOException, InterruptedException {
        return new AsteriskProcess(AsteriskFiles.find(PROJECT), Files.createTempDirectory("aicc-asterisk-"), additions);
    }
}
