package io.aicc.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NoticesTest {
    private Instant now = Instant.parse("2026-01-31T12:00:00Z");
    private final Queue<Event> written = new ConcurrentLinkedQueue<>();
    private final Notices notices = new Notices(written::add, () -> now);

    @AfterEach
    void stop() {
        notices.close();
    }

    @Test
    void anEventSaysWhatItIsAboutAndWhy() {
        notices.warn(session("call-1"), "WorkerReplaced", "pod b has the call");

        await().until(() -> written.size() == 1);
        Event event = written.remove();
        assertThat(event.getInvolvedObject())
                .returns("CallSession", about -> about.getKind())
                .returns("call-1", about -> about.getName())
                .returns("uid-call-1", about -> about.getUid());
        assertThat(event)
                .returns("Warning", Event::getType)
                .returns("WorkerReplaced", Event::getReason)
                .returns("pod b has the call", Event::getMessage)
                .returns("2026-01-31T12:00:00Z", Event::getLastTimestamp);
    }

    @Test
    void theSameIsToldAgainWhenSomeTimeHasPassed() {
        notices.warn(session("call-1"), "WorkerSilent", "once");
        notices.warn(session("call-1"), "WorkerSilent", "again");
        notices.warn(session("call-2"), "WorkerSilent", "another call");
        now = now.plusSeconds(601);
        notices.warn(session("call-1"), "WorkerSilent", "later");

        await().until(() -> written.size() == 3);
        assertThat(written).extracting(Event::getMessage).containsExactly("once", "another call", "later");
    }

    @Test
    void aStormIsLeftOutAndNobodyWaits() {
        CountDownLatch server = new CountDownLatch(1);
        try (Notices slow = new Notices(event -> awaitServer(server), () -> now)) {
            for (int i = 0; i < 10_000; i++) {
                slow.warn(session("call-" + i), "PortsExhausted", "storm");
            }
            server.countDown();
            await().until(() -> written.size() >= 50);
        }
        assertThat(written).hasSizeLessThan(100);
    }

    private void awaitServer(CountDownLatch server) {
        try {
            server.await();
            written.add(new Event());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static CallSession session(String name) {
        CallSession session = new CallSession();
        session.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace("calls")
                .withUid("uid-" + name)
                .build());
        return session;
    }
}
