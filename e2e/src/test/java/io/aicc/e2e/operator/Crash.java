package io.aicc.e2e.operator;

import io.fabric8.kubernetes.client.http.HttpRequest;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A moment at which an operator is lost, and how.
 *
 * @param step of a call's way
 * @param when before the API server hears of the step's write, or after it has carried it out
 * @param loss what becomes of the operator
 */
record Crash(Step step, When when, Loss loss) {

    /** The writes of a call's life in their order, as the API server sees them, and what the next operator makes of each. */
    enum Step {
        READY(
                "The worker has the call; `Ready` is to be written",
                "PATCH",
                "\"phase\":\"Ready\"",
                "The worker's reports say whose it is: the record gets that worker, no other one is claimed"),
        REFILL(
                "A worker for the next call is to be made",
                "POST",
                "\"kind\":\"Pod\"",
                "Pods and their ports are read from the API: one is made if one is missing"),
        ACTIVE(
                "Audio was heard; `Active` is to be written",
                "PATCH",
                "\"phase\":\"Active\"",
                "The worker's reports say that it hears, and since when"),
        REPLACEMENT(
                "The pod was lost and another worker has the call; its address is to be written",
                "PATCH",
                "\"generation\":2",
                "The new worker's reports say whose it is, the record gets its address; what the lost one counted is in the"
                        + " totals if the write was made, and in none if it was not"),
        ENDING(
                "The worker was told that the call is over; `Ending` is to be written",
                "PATCH",
                "\"phase\":\"Ending\"",
                "The worker drains by itself; its totals are waited for"),
        ENDED(
                "The worker has given its totals; `Ended` is to be written",
                "PATCH",
                "\"phase\":\"Ended\"",
                "The worker repeats its totals until it is let go; what is written is counted, whoever wrote it"),
        DELETE(
                "The worker's pod is to be deleted",
                "DELETE",
                "",
                "A worker that is done, of a session that is over, is deleted");

        private final String says;
        private final String method;
        private final String body;
        private final String then;

        Step(String says, String method, String body, String then) {
            this.says = says;
            this.method = method;
            this.body = body;
            this.then = then;
        }

        String says() {
            return says;
        }

        String then() {
            return then;
        }

        boolean is(HttpRequest request) {
            String sent = request.bodyString();
            return request.method().equals(method) && (body.isEmpty() || sent != null && sent.contains(body));
        }
    }

    enum When {
        BEFORE,
        AFTER
    }

    enum Loss {
        /** It is gone at once, as after kill −9; another one is started. */
        KILLED,
        /** It reaches the API server no more, but its workers still, and does not stop although another one leads. */
        CUT_OFF
    }

    static Stream<Crash> all() {
        return Stream.of(Step.values()).flatMap(step -> Stream.of(When.values())
                .flatMap(when -> Stream.of(Loss.values()).map(loss -> new Crash(step, when, loss))));
    }

    @Override
    public String toString() {
        return "%s %s %s".formatted(loss, when, step).toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
