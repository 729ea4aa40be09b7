package io.aicc.e2e.operator;

import io.aicc.e2e.docs.Page;
import io.aicc.e2e.operator.Crash.Step;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/operator-crashes.md has the steps at which {@link CrashIT} loses an operator. */
class CrashesReferenceTest {
    @Test
    void thePageHasEveryStepThatIsTested() throws IOException {
        new Page()
                .heading(1, "When the operator dies")
                .paragraph("""
                        A test (`CrashIT`, on a real API server) loses the operator at every write of a call's life, just before it and just
                        after it, in two ways: killed, and another one is started; or cut off from the API server for good while another one
                        leads, and the lost one still commands workers, which listen to the new one only. Each time the call goes on with the
                        worker that it has, which serves nobody else, one idle worker stands ready at the end, no pod and no port pair is left
                        over, and the call is counted once. A call that waits has the next worker, or fails in time.""")
                .paragraph("""
                        Killed is played there: at that write nothing of what the operator does arrives any more, and it is closed in the test's
                        own process. By a real kill −9 operators end in `StandbyIT` (the one that leads, beside another one that takes over within
                        the Lease), in `BreakageE2E` (in the midst of spoken words) and in `bench counters` (at any moment of thousands of calls).
                        A session that is deleted is no write of the operator's: `LeaksIT` deletes one while none runs.""")
                .table(
                        List.of("When it is lost", "What the next one does"),
                        Stream.of(Step.values())
                                .map(step -> List.of(step.says(), step.then()))
                                .toList())
                .check("operator-crashes.md");
    }
}
