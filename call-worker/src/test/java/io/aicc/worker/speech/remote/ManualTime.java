package io.aicc.worker.speech.remote;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;

/** A clock and a timer that move when they are told to. */
final class ManualTime implements LongSupplier, Timer {
    private final List<Step> steps = new ArrayList<>();
    private long nanos;

    private record Step(long dueNanos, Runnable run) {}

    @Override
    public long getAsLong() {
        return nanos;
    }

    @Override
    public void after(Duration delay, Runnable step) {
        steps.add(new Step(nanos + delay.toNanos(), step));
    }

    /** Lets time pass; what is due runs when it is due. */
    void pass(Duration duration) {
        long until = nanos + duration.toNanos();
        while (true) {
            Step next = steps.stream()
                    .min(Comparator.comparingLong(Step::dueNanos))
                    .filter(step -> step.dueNanos() <= until)
                    .orElse(null);
            if (next == null) {
                nanos = until;
                return;
            }
            steps.remove(next);
            nanos = Math.max(nanos, next.dueNanos());
            next.run().run();
        }
    }
}
