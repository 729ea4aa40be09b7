package io.aicc.worker.control;

import io.aicc.bench.fuzz.Sound;
import io.aicc.wire.MicroTime;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.worker.publish.SessionIdentity;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** Orders and tokens as anybody on the pod network can send them; in this package for the token's sake. */
public final class HostileControl {
    private static final ControlToken TOKENS = new ControlToken(
            ControlToken.publicKey("MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
            "worker-1",
            () -> Date.from(Instant.EPOCH));

    private HostileControl() {}

    /** An order is refused when it is read, or can be carried out as far as its own text goes. */
    public static void order(byte[] input) {
        CallAssignment order;
        try {
            EndOrder unused = ControlHandler.parse(input, EndOrder.class);
        } catch (ControlHandler.BadRequestException _) {
            // No end: it may be an assignment.
        }
        try {
            order = ControlHandler.parse(input, CallAssignment.class);
        } catch (ControlHandler.BadRequestException _) {
            return;
        }
        Sound.same(
                order.generation(),
                new SessionIdentity(order.callId(), order.sessionUid(), order.generation()).generation());
        Instant ready = order.readyAt() == null ? Instant.EPOCH : MicroTime.parse(order.readyAt());
        placed(ready, order.lastHeardAt());
        placed(ready, order.requestedAt());
        if (order.coveredUntil() != null) {
            placed(ready, order.coveredUntil().customer());
            placed(ready, order.coveredUntil().agent());
        }
    }

    /** A time has its place on the timeline. */
    private static void placed(Instant ready, @Nullable String time) {
        if (time != null) {
            long ms = Duration.between(ready, MicroTime.parse(time)).toMillis();
            Sound.same(ms, Duration.ofMillis(ms).toMillis());
        }
    }

    /** Nobody gets in whose token the key did not sign. */
    public static void token(byte[] input) {
        ControlToken.Verdict verdict = TOKENS.check(new String(input, StandardCharsets.UTF_8));
        Sound.holds(!verdict.allowed(), "a token that nobody signed lets nobody in");
    }
}
