package io.aicc.operator.kube;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is out of the ordinary, as Events: {@code kubectl describe} shows them under the object, {@code kubectl get events -w} all
 * of them. For people only: nobody waits for one, the same of an object is told once in ten minutes, and in a storm most are
 * left out, for conditions, metrics and logs tell it too. Thread-safe.
 */
final class Notices implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Notices.class);

    /** The same about the same object, as long as nobody changes what it is to be, is not told again within this time. */
    private static final Duration ONCE_IN = Duration.ofMinutes(10);

    /** Of so many it is known when they were told. */
    private static final int MOST_REMEMBERED = 1_000;

    /** Of a storm so many are told at once, and then one for each that is through. */
    private static final int MOST_WAITING = 50;

    private static final String PROGRAM = "aicc-operator";

    private final Consumer<Event> api;
    private final InstantSource clock;
    private final Map<String, Instant> told = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };
    private final ThreadPoolExecutor writer = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name("notices").factory(),
            new ThreadPoolExecutor.DiscardPolicy());

    /** @param api creates one */
    Notices(Consumer<Event> api, InstantSource clock) {
        this.api = api;
        this.clock = clock;
    }

    /**
     * Tells of something that somebody may have to look after.
     *
     * @param reason one CamelCase word
     * @param message a sentence for a person
     */
    void warn(HasMetadata about, String reason, String message) {
        Instant now = clock.instant();
        if (isNews(about.getMetadata().getUid() + " " + about.getMetadata().getGeneration() + " " + reason, now)) {
            Event event = event(about, reason, message, now);
            writer.execute(() -> write(event));
        }
    }

    @Override
    public void close() {
        writer.shutdownNow();
    }

    private synchronized boolean isNews(String what, Instant now) {
        Instant before = told.get(what);
        if (before != null && now.isBefore(before.plus(ONCE_IN))) {
            return false;
        }
        told.remove(what);
        told.put(what, now);
        return true;
    }

    private void write(Event event) {
        try {
            api.accept(event);
        } catch (KubernetesClientException | DeposedException e) {
            log.atDebug()
                    .addKeyValue("reason", event.getReason())
                    .addKeyValue("problem", e.getMessage())
                    .log("event could not be written");
        }
    }

    private static Event event(HasMetadata about, String reason, String message, Instant at) {
        String second = at.truncatedTo(ChronoUnit.SECONDS).toString();
        String name = about.getMetadata().getName();
        return new EventBuilder()
                .withNewMetadata()
                .withName(
                        "%.200s.%s".formatted(name, UUID.randomUUID().toString().substring(0, 13)))
                .withNamespace(about.getMetadata().getNamespace())
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withNamespace(about.getMetadata().getNamespace())
                .withName(name)
                .withUid(about.getMetadata().getUid())
                .endInvolvedObject()
                .withType("Warning")
                .withReason(reason)
                .withMessage(message.substring(0, Math.min(message.length(), 1024)))
                .withFirstTimestamp(second)
                .withLastTimestamp(second)
                .withCount(1)
                .withNewSource()
                .withComponent(PROGRAM)
                .endSource()
                .withReportingComponent(PROGRAM)
                .build();
    }
}
