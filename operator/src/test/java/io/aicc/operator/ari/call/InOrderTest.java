package io.aicc.operator.ari.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class InOrderTest {
    private final AtomicInteger asked = new AtomicInteger();
    private final List<String> said = new ArrayList<>();
    private final InOrder turn = new InOrder(Runnable::run, () -> Map.of("call_id", "call-" + asked.incrementAndGet()));

    @Test
    void whateverATaskLogsSaysWhatItIsAbout() {
        turn.execute(() -> said.add(MDC.get("call_id")));
        turn.execute(() -> {
            throw new IllegalStateException("in the middle");
        });
        turn.execute(() -> {
            throw new StackOverflowError("in the middle");
        });
        turn.execute(() -> said.add(MDC.get("call_id")));

        assertThat(said).containsExactly("call-1", "call-4");
        assertThat(MDC.get("call_id")).as("of a thread that is given back").isNull();
    }

    @Test
    void aTaskThatATaskAsksForComesAfterIt() {
        turn.execute(() -> {
            turn.execute(() -> said.add("second"));
            said.add("first");
        });

        assertThat(said).containsExactly("first", "second");
    }
}
