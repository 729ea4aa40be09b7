package io.aicc.operator.ari.call;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When a call is looked at again though nobody says that anything happened: the earliest of what was asked for. */
final class NextLook {
    private static final Logger log = LoggerFactory.getLogger(NextLook.class);

    private final Tools tools;
    private final InOrder turn;
    private final Runnable look;
    private Instant at = Instant.MAX;

    /** @param look run in turn; in turn is also where this is used */
    NextLook(Tools tools, InOrder turn, Runnable look) {
        this.tools = tools;
        this.turn = turn;
        this.look = look;
    }

    /** Not later than so. */
    void in(Duration delay) {
        Instant wanted = tools.steady().instant().plus(delay);
        if (!wanted.isBefore(at)) {
            return;
        }
        at = wanted;
        try {
            var unused =
                    tools.timer().schedule(() -> turn.execute(this::take), delay.toMillis() + 1, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            log.atDebug().log("stopped, whoever leads next looks after the call");
        }
    }

    private void take() {
        at = Instant.MAX;
        look.run();
    }
}
