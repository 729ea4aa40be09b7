package io.aicc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux says about a running process. */
public final class ProcessFigures {
    private static final int TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux
    private static final int FIELDS_BEFORE_UTIME = 11; // after the name in parentheses, proc_pid_stat(5)

    private ProcessFigures() {}

    /** Resident memory, shared pages counted in full, KiB. */
    public static long rssKib(long pid) throws IOException {
        return kib(pid, "Rss:");
    }

    /** Proportional memory: pages that several processes share are divided among them, KiB. */
    public static long pssKib(long pid) throws IOException {
        return kib(pid, "Pss:");
    }

    /** What is left of a JVM's heap after a full collection, bytes. */
    public static long liveHeap(long pid) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process histogram = new ProcessBuilder(jcmd.toString(), String.valueOf(pid), "GC.class_histogram").start();
        try (BufferedReader lines = histogram.inputReader()) {
            return lines.lines()
                    .filter(line -> line.startsWith("Total"))
                    .mapToLong(line -> Long.parseLong(line.strip().split(" +", -1)[2]))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no heap of process " + pid));
        }
    }

    /** CPU time so far, user and system, milliseconds; in steps of 10. */
    public static long cpuMillis(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[FIELDS_BEFORE_UTIME]) + Long.parseLong(fields[FIELDS_BEFORE_UTIME + 1]))
                * 1000
                / TICKS_PER_SECOND;
    }

    private static long kib(long pid, String key) throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(pid), "smaps_rollup")).stream()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow(() -> new IOException("no " + key + " of process " + pid));
    }
}
