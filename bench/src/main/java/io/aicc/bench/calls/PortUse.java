package io.aicc.bench.calls;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Which port pairs calls had, and when, as their records say.
 *
 * @param pairs that any call had
 * @param rests of pairs between two calls, milliseconds; below zero where two calls had one at the same time
 */
record PortUse(int pairs, List<Long> rests) {
    private record Hold(int port, Instant from, Instant until) {}

    static PortUse of(List<CallSession> over) {
        Map<Integer, List<Hold>> holds = over.stream()
                .map(PortUse::hold)
                .sorted(Comparator.comparing(Hold::from))
                .collect(Collectors.groupingBy(Hold::port));
        List<Long> rests = new ArrayList<>();
        for (List<Hold> inOrder : holds.values()) {
            for (int i = 1; i < inOrder.size(); i++) {
                rests.add(Duration.between(
                                inOrder.get(i - 1).until(), inOrder.get(i).from())
                        .toMillis());
            }
        }
        return new PortUse(holds.size(), rests);
    }

    /** How often a pair went to a call before the one before had let it go. */
    long twice() {
        return rests.stream().filter(rest -> rest < 0).count();
    }

    /** −1 when no pair had a second call. */
    long shortestRest() {
        return rests.stream().mapToLong(Long::longValue).min().orElse(-1);
    }

    private static Hold hold(CallSession session) {
        CallSessionStatus status = session.getStatus();
        Times times = Objects.requireNonNull(status.times(), "a call that is over has times");
        return new Hold(
                Objects.requireNonNull(status.mediaEndpoint(), "a call that was served had ports")
                        .customerPort(),
                Instant.parse(Objects.requireNonNull(times.ready())),
                Instant.parse(Objects.requireNonNull(times.mediaClosed())));
    }
}
