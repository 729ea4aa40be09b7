package io.aicc.bench.latency;

import io.aicc.bench.Sorted;
import io.aicc.wire.event.EventBody;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What results of the engine {@code timing} tell of their way. Only those count that were made while somebody spoke: the last of a
 * call are made while every worker stops at the same moment, which is no call's share of a machine. Thread-safe.
 */
final class Delays {
    private static final double NANOS_PER_MS = 1e6;

    private final List<Double> toEngine = new ArrayList<>();
    private final List<Made> toReceiver = new ArrayList<>();

    /** @param ms from its making until it was read */
    private record Made(long nanos, double ms) {}

    /** Takes what arrived now, as {@link System#nanoTime()} has it; what is no result tells nothing. */
    synchronized void take(EventBody body, long now) {
        switch (body) {
            case EventBody.TranscriptInterim interim -> made(Long.parseLong(interim.text()), now);
            case EventBody.TranscriptFinal words -> {
                String[] figures = words.text().split(" ", -1);
                made(Long.parseLong(figures[0]), now);
                Arrays.stream(figures).skip(1).forEach(micros -> toEngine.add(Long.parseLong(micros) / 1000.0));
            }
            default -> {} // what else is told of a call
        }
    }

    private void made(long nanos, long now) {
        toReceiver.add(new Made(nanos, (now - nanos) / NANOS_PER_MS));
    }

    /** Of every packet, from when it was sent until the engine had it, milliseconds. */
    synchronized Sorted toEngine() {
        return Sorted.of(toEngine);
    }

    /** Of every result that was made between the two moments, until it was read, milliseconds. */
    synchronized Sorted toReceiver(long from, long until) {
        return Sorted.of(toReceiver.stream()
                .filter(made -> made.nanos() - from >= 0 && made.nanos() - until <= 0)
                .map(Made::ms)
                .toList());
    }
}
