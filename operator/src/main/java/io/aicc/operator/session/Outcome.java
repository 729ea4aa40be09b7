package io.aicc.operator.session;

import java.time.Duration;

/** What a step answers. */
sealed interface Outcome {
    /** Go on with the next step. */
    Outcome PROCEED = new Proceed();

    /** Nothing more to do until something changes. */
    Outcome DONE = new Done();

    /** Nothing more to do now; look again after a while, or when something changes. */
    static Outcome again(Duration after) {
        return new RequeueAfter(after);
    }

    record Proceed() implements Outcome {}

    record Done() implements Outcome {}

    record RequeueAfter(Duration delay) implements Outcome {}
}
