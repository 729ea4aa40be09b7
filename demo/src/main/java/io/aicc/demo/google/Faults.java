package io.aicc.demo.google;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Errors on demand: calls to come break as planned. Thread-safe. */
public final class Faults {
    private final Deque<Planned> next = new ArrayDeque<>();
    private @Nullable Planned every;
    private int period;
    private int calls;

    /**
     * What happens to a call.
     *
     * @param afterMs how much audio it takes first, milliseconds; more than comes: at its end, instead of the last words
     */
    public record Planned(Fault fault, long afterMs) {
        /** At the end of the audio, in place of the last words. */
        public static final long AT_THE_END = Long.MAX_VALUE;
    }

    /** The next calls break, each by one of these. */
    public synchronized void next(Planned... faults) {
        next.addAll(List.of(faults));
    }

    /** Of so many calls the last one breaks, for good or until {@link #stop}. */
    public synchronized void every(int number, Planned fault) {
        every = fault;
        period = number;
        calls = 0;
    }

    /** From now on nothing breaks. */
    public synchronized void stop() {
        every = null;
        next.clear();
    }

    /** What happens to the call that begins. */
    synchronized Optional<Planned> take() {
        Planned planned = next.poll();
        if (planned == null && every != null && ++calls % period == 0) {
            planned = every;
        }
        return Optional.ofNullable(planned);
    }
}
