package io.aicc.operator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.operator.control.Answer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EndOrdersTest {
    private static final Answer<String> NOBODY = new Answer.Unreachable<>("hangs");

    @Test
    void anEndThatWasNotTriedYetWaitsForNoneThatIsTriedAgain() throws Exception {
        List<Object> hanging = IntStream.range(0, EndOrders.AT_ONCE)
                .<Object>mapToObj(worker -> "worker-" + worker)
                .toList();
        CountDownLatch awake = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        try (EndOrders orders = new EndOrders()) {
            hanging.forEach(worker -> orders.tell(worker, "pod", () -> NOBODY));
            hanging.forEach(worker -> await().until(() -> orders.tell(worker, "pod", () -> {
                await().until(() -> awake.getCount() == 0);
                return NOBODY;
            })));

            orders.tell("another", "pod", () -> {
                told.countDown();
                return new Answer.Obeyed<>("");
            });
            assertThat(told.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(orders.tell(hanging.getFirst(), "pod", () -> NOBODY))
                    .as("is being told")
                    .isFalse();
        } finally {
            awake.countDown();
        }
    }
}
