package io.aicc.demo.pbx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an Asterisk is started from.
 *
 * @param root root directory that has Asterisk in it, as {@code asterisk/provision} printed it
 * @param folder this project's folder {@code asterisk}
 */
public record AsteriskFiles(Path root, Path folder) {
    private static final String VARIABLE = "AICC_ASTERISK";

    /** Directories below {@link #folder} that make a whole PBX together. */
    private static final List<String> CONFIGURATION = List.of("etc", "sample");

    /** Lines that say where to listen: every instance has an address of its own. */
    private static final Pattern BIND = Pattern.compile("(?m)^(bind(?:addr)? = )[0-9.]+");

    /** Nobody but their owner reads them, whether there is a password in them or not. */
    private static final String MODE = "rw-------";

    /**
     * Finds both where {@code ./aicc} says they are.
     *
     * @param project the project's own directory
     * @throws IOException when nobody provided an Asterisk; the message says what to do
     */
    public static AsteriskFiles find(Path project) throws IOException {
        String root = System.getenv(VARIABLE);
        if (root == null || root.isBlank()) {
            throw new IOException("no Asterisk: " + VARIABLE + " is not set; asterisk/provision prints what it is");
        }
        return new AsteriskFiles(Path.of(root), project.resolve("asterisk").toAbsolutePath());
    }

    Path run() {
        return folder.resolve("run");
    }

    /**
     * Writes the configuration of one instance: the project's own files, and what the caller adds to them.
     *
     * @param address to listen on
     * @param additions by file name: appended where the project has such a file
     */
    void configure(Path etc, String address, Map<String, String> additions) throws IOException {
        Files.createDirectories(etc);
        for (String part : CONFIGURATION) {
            try (Stream<Path> files = Files.list(folder.resolve(part))) {
                for (Path file : files.toList()) {
                    String text = BIND.matcher(Files.readString(file)).replaceAll("$1" + address);
                    append(etc.resolve(file.getFileName()), text);
                }
            }
        }
        for (Map.Entry<String, String> addition : additions.entrySet()) {
            append(etc.resolve(addition.getKey()), "\n" + addition.getValue() + "\n");
        }
    }

    private static void append(Path file, String text) throws IOException {
        String before = "";
        if (Files.exists(file)) {
            before = Files.readString(file);
        } else {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(MODE)));
        }
        Files.writeString(file, before + text);
    }
}
