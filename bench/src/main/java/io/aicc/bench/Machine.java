package io.aicc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a figure was measured on; without it, it means nothing. */
public record Machine(String cpu, int cores, long memoryMb, String kernel, String java, double loadBefore) {
    static Machine here() {
        return new Machine(
                value(Path.of("/proc/cpuinfo"), "model name"),
                Runtime.getRuntime().availableProcessors(),
                Long.parseLong(value(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", "")) / 1024,
                System.getProperty("os.version"),
                System.getProperty("java.vendor.version") + " " + Runtime.version(),
                Double.parseDouble(read(Path.of("/proc/loadavg")).split(" ", 2)[0]));
    }

    private static String value(Path file, String key) {
        return read(file)
                .lines()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("0");
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
