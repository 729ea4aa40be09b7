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
        MARK(
                "The call has its worker, whose pod is to be marked as one that has to stay",
                "PATCH",
                "\"aicc.io/live\"",
                "Pods are read with their marks: who has a call and no mark gets it"),
        ACTIVE(
                "Audio was heard; `Active` is to be written",
                "PATCH",
                "\"phase\":\"Active\"",
                "The worker's reports say that it hears, and since when"),
        RESTARTED(
                "The worker's process was started again and has its call back; that is to be written",
                "PATCH",
                "\"WorkerRestarted\"",
                "The worker's reports say whose it is; what its first process counted is in the totals if the write was made,"
                        + " and in none if it was not"),
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
                "A worker that is done, of a session that is over, is deleted"),
        WAITING(
                "There is no worker for the call; why it waits is to be written",
                "PATCH",
                "\"PortsExhausted\"",
                "The call asks again, and has the next worker that there is"),
        FAILED(
                "There was no worker in time; `Failed` is to be written",
                "PATCH",
                "\"phase\":\"Failed\"",
                "It is too late for it by then too: it is failed, and counted once");

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
        /** Nothing of what it does arrives any more, and another one is started: what the cluster sees of a kill −9. */
        KILLED,
        /** It reaches the API server no more, but its workers still, and does not stop although another one leads. */
        CUT_OFF
    }

    /** Those of a call that is served. */
    static Stream<Crash> inACall() {
        return Stream.of(Step.values())
                .filter(step -> step != Step.WAITING && step != Step.FAILED)
                .flatMap(Crash::at);
    }

    /** Those of a call that finds no worker. */
    static Stream<Crash> whileItWaits() {
        return Stream.of(Step.WAITING, Step.FAILED).flatMap(Crash::at);
    }

    private static Stream<Crash> at(Step step) {
        return Stream.of(When.values())
                .flatMap(when -> Stream.of(Loss.values()).map(loss -> new Crash(step, when, loss)));
    }

    @Override
    public String toString() {
        return "%s %s %s".formatted(loss, when, step).toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
