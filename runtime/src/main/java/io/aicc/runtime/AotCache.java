package io.aicc.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when the JVM was given a cache of its start ({@code -XX:AOTCache}) and did not take it: made by another JDK, for other
 * jars or other options. It says nothing itself and starts all the same, only twice as slowly.
 */
final class AotCache {
    private static final Logger log = LoggerFactory.getLogger(AotCache.class);
    private static final String OPTION = "-XX:AOTCache=";
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
    private static final Path MAPS = Path.of("/proc/self/maps");

    private AotCache() {}

    static void tellIfUnused() {
        given().ifPresent(cache -> {
            if (!isMapped(cache)) {
                log.atWarn()
                        .addKeyValue("cache", cache.getFileName())
                        .log(
                                "AOT cache not in use, starts take twice as long: assemble the program anew with this JVM");
            }
        });
    }

    /** Of our own command line; {@link ProcessHandle} gives up on one as long as a class path makes it. */
    private static Optional<Path> given() {
        try {
            return Arrays.stream(Files.readString(COMMAND_LINE).split("\0"))
                    .filter(argument -> argument.startsWith(OPTION))
                    .map(argument -> Path.of(argument.substring(OPTION.length())))
                    .findFirst();
        } catch (IOException _) {
            return Optional.empty(); // no Linux
        }
    }

    private static boolean isMapped(Path cache) {
        try {
            return Files.readString(MAPS).contains(cache.getFileName().toString());
        } catch (IOException _) {
            return true; // no Linux
        }
    }
}
