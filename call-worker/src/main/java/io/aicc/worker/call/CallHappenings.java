package io.aicc.worker.call;

import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.wire.MicroTime;
import io.aicc.wire.event.EventBody;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happened in the call besides words, brought to receivers once each. The operator tells the whole list each time; what
 * lies before the former worker's last sign of life was told by that one. Not thread-safe.
 */
final class CallHappenings {
    private static final Logger log = LoggerFactory.getLogger(CallHappenings.class);

    /** Which key it was is nobody's business: it may belong to a card number. */
    private static final String MASKED = "*";

    /** What the former worker heard of just before it died may not have been published: rather twice than never. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final Consumer<EventBody> publish;
    private final Instant ready;
    private final Instant told;
    private int seen;

    /**
     * For a call whose timeline begins at {@code ready}.
     *
     * @param lastHeardAt when the former worker was last heard; null when there was none
     */
    CallHappenings(Consumer<EventBody> publish, Instant ready, @Nullable String lastHeardAt) {
        this.publish = publish;
        this.ready = ready;
        this.told =
                lastHeardAt == null ? Instant.MIN : MicroTime.parse(lastHeardAt).minus(MARGIN);
    }

    /** Publishes what is new in the list, and known to this version. */
    void tell(List<CallEvent> all) {
        for (; seen < all.size(); seen++) {
            CallEvent event = all.get(seen);
            CallEvent.Type type = event.type();
            try {
                Instant at = MicroTime.parse(event.at());
                if (type != null && at.isAfter(told)) {
                    publish.accept(body(
                            type, event, Math.max(0, Duration.between(ready, at).toMillis())));
                }
            } catch (DateTimeException e) {
                // The schema checks digits, not calendars.
                log.atWarn().addKeyValue("at", event.at()).log("call event without a real time, not told");
            }
        }
    }

    private static EventBody body(CallEvent.Type type, CallEvent event, long atMs) {
        return switch (type) {
            case Hold -> new EventBody.CallHold(event.channel(), atMs);
            case Unhold -> new EventBody.CallUnhold(event.channel(), atMs);
            case ParticipantChanged -> new EventBody.ParticipantChanged(event.channel(), atMs, event.participantId());
            case Dtmf -> new EventBody.Dtmf(event.channel(), atMs, MASKED);
        };
    }
}
