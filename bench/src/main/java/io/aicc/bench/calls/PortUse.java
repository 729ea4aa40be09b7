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
 * Which port pairs calls had, and when, as their records say, which outlive the operator that wrote them.
 *
 * @param pairs that any call had
 * @param closedAfter of each call whose pair was given back: from the hang-up until its sockets were closed, milliseconds
 * @param rests of pairs between two calls, milliseconds; below zero where two calls had one at the same time
 */
record PortUse(int pairs, List<Long> closedAfter, List<Long> rests) {
    private static final Instant FOREVER = Instant.parse("9999-12-31T00:00:00Z");

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
        List<Long> closedAfter =
                over.stream().filter(PortUse::closed).map(PortUse::closedAfter).toList();
        return new PortUse(holds.size(), closedAfter, rests);
    }

    int givenBack() {
        return closedAfter.size();
    }

    /** How often a pair went to a call before the one before had let it go. */
    long twice() {
        return rests.stream().filter(rest -> rest < 0).count();
    }

    /** −1 when no pair had a second call. */
    long shortestRest() {
        return rests.stream().mapToLong(Long::longValue).min().orElse(-1);
    }

    private static boolean closed(CallSession session) {
        return times(session).mediaClosed() != null;
    }

    private static long closedAfter(CallSession session) {
        String hungUp = Objects.requireNonNull(session.getSpec().ended(), "a call that is over was hung up")
                .at();
        return Duration.between(
                        Instant.parse(hungUp), Instant.parse(times(session).mediaClosed()))
                .toMillis();
    }

    private static Times times(CallSession session) {
        return Objects.requireNonNull(session.getStatus().times(), "a call that is over has times");
    }

    /** One that was never closed is held for ever. */
    private static Hold hold(CallSession session) {
        CallSessionStatus status = session.getStatus();
        Times times = times(session);
        return new Hold(
                Objects.requireNonNull(status.mediaEndpoint(), "a call that was served had ports")
                        .customerPort(),
                Instant.parse(Objects.requireNonNull(times.ready())),
                closed(session) ? Instant.parse(times.mediaClosed()) : FOREVER);
    }
}
