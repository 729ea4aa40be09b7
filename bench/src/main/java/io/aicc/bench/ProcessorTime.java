package io.aicc.bench;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * Time of all processors since the machine started, in ticks of the kernel (proc(5), {@code /proc/stat}).
 *
 * @param wanted what programs used, and what they would have used had it not been stolen
 * @param stolen what the host of a virtual machine gave to others meanwhile
 */
record ProcessorTime(long wanted, long stolen) {
    private static final int IDLE = 3;
    private static final int WAITING = 4;
    private static final int STOLEN = 7;
    private static final int COUNTED = 8; // Guests' time, which follows, is in it already.

    static ProcessorTime now() {
        return of(Machine.read(Path.of("/proc/stat")));
    }

    /** From that file's text; nothing when it says nothing. */
    static ProcessorTime of(String text) {
        long[] ticks = Arrays.stream(text.lines().findFirst().orElse("").split("\\s+"))
                .skip(1)
                .limit(COUNTED)
                .mapToLong(Long::parseLong)
                .toArray();
        if (ticks.length < COUNTED) {
            return new ProcessorTime(0, 0);
        }
        return new ProcessorTime(Arrays.stream(ticks).sum() - ticks[IDLE] - ticks[WAITING], ticks[STOLEN]);
    }

    /** How much of what was wanted since then was stolen: 50 makes everything take twice as long. */
    double stolenPercentSince(ProcessorTime then) {
        long more = wanted - then.wanted;
        return more <= 0 ? 0 : 100.0 * (stolen - then.stolen) / more;
    }
}
