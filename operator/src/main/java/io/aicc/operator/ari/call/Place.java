package io.aicc.operator.ari.call;

import io.aicc.operator.ari.call.CallMetrics.Untapped;
import io.aicc.operator.ari.guard.Budget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a conversation has a place among those that may be tapped: asked for once, given back once. Not thread-safe. */
final class Place {
    private static final Logger log = LoggerFactory.getLogger(Place.class);

    private final Budget budget;
    private final CallMetrics metrics;
    private State state = State.UNASKED;

    private enum State {
        UNASKED,
        GIVEN,
        REFUSED
    }

    Place(Budget budget, CallMetrics metrics) {
        this.budget = budget;
        this.metrics = metrics;
    }

    /** Whether the conversation has one, or gets one now. */
    boolean taken() {
        if (state == State.UNASKED) {
            state = State.REFUSED;
            switch (budget.admit()) {
                case ADMITTED -> state = State.GIVEN;
                case TOO_FEW_PORTS -> {
                    metrics.untapped(Untapped.PORT_BUDGET);
                    log.atError()
                            .addKeyValue("rtp_ports_in_use", budget.portsInUse())
                            .addKeyValue("budget", budget.ports())
                            .log("call goes on untranscribed: too few rtp ports are left at the pbx");
                }
                case TOO_MANY_CALLS -> {
                    metrics.untapped(Untapped.CALL_LIMIT);
                    log.atError()
                            .addKeyValue("limit", budget.calls())
                            .log("call goes on untranscribed: this pbx has as many calls with workers as it may");
                }
            }
        }
        return state == State.GIVEN;
    }

    /** It is tapped already: somebody gave it one before us. */
    void adopt() {
        if (state == State.UNASKED) {
            state = State.GIVEN;
            budget.adopt();
        }
    }

    /** The conversation does without, for good. */
    void giveUp() {
        giveBack();
        state = State.REFUSED;
    }

    /** The conversation is over; the next one asks anew. */
    void giveBack() {
        if (state == State.GIVEN) {
            budget.release();
        }
        state = State.UNASKED;
    }
}
