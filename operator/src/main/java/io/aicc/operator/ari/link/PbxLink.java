package io.aicc.operator.ari.link;

import ch.loway.oss.ari4java.ARI;
import ch.loway.oss.ari4java.generated.actions.ActionEvents;
import ch.loway.oss.ari4java.tools.ARIException;
import ch.loway.oss.ari4java.tools.RestException;
import io.aicc.operator.ari.pbx.PbxSnapshot;
import io.aicc.runtime.Backoff;
import io.aicc.runtime.Health;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to one PBX: connects, listens, makes sure that it really hears, and starts again when it does not. The
 * listener gets a snapshot after every connecting and from time to time: events may be lost, state is not. Thread-safe.
 */
public final class PbxLink implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PbxLink.class);

    private final PbxAddress pbx;
    private final Timing timing;
    private final InstantSource steady;
    private final LinkMetrics metrics;
    private final HttpClient http;
    private final AriEventStream stream;
    private final ARI ari;
    private final PbxCommands commands;
    private final Backoff backoff;
    private final Rival rival = new Rival();
    private volatile @Nullable Thread thread;
    private volatile boolean closed;
    private volatile boolean heard;
    private volatile Instant lastAnswer = Instant.MIN;
    private volatile Instant lastSnapshot = Instant.MIN;
    private volatile String problem = "not connected yet";

    /**
     * When things are done.
     *
     * @param heartbeat how often ping and request are sent
     * @param deadAfter how long neither may go unanswered
     * @param snapshots how often the whole PBX is looked at
     */
    public record Timing(Duration heartbeat, Duration deadAfter, Duration snapshots) {}

    /**
     * @param steady tells how much time passes, whatever the clock on the wall does
     * @throws IOException when the file of trusted certificates cannot be used
     */
    public PbxLink(PbxAddress pbx, Timing timing, MeterRegistry registry, InstantSource steady) throws IOException {
        this.pbx = pbx;
        this.timing = timing;
        this.steady = steady;
        this.metrics = new LinkMetrics(registry);
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(AriRequests.TIMEOUT);
        if (pbx.authorities() != null) {
            builder.sslContext(Trust.in(pbx.authorities()));
        }
        this.http = builder.build();
        this.stream = new AriEventStream(http, pbx, steady);
        this.backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(5), ThreadLocalRandom.current());
        AriRequests requests = new AriRequests(http, pbx);
        this.ari = AriClient.over(requests, stream, pbx.app());
        this.commands = new PbxCommands(ari, requests, pbx.app(), metrics);
        metrics.showConnected(() -> health().up());
    }

    /** What the PBX can be told to do. */
    public PbxCommands commands() {
        return commands;
    }

    /** Connects, and stays connected until closed. */
    public void start(PbxListener listener) {
        thread = Thread.ofVirtual().name("pbx link").start(() -> {
            try {
                keepConnected(listener);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Up only while events arrive, requests are answered and the whole PBX can be looked at; knowing it asks nobody. */
    public Health.State health() {
        Health.State connection = connection();
        Duration unseen = Duration.between(lastSnapshot, steady.instant());
        Duration limit = timing.snapshots().multipliedBy(2).plus(timing.deadAfter());
        if (connection.up() && unseen.compareTo(limit) > 0) {
            return Health.State.down(
                    "connected, but the pbx did not show its calls for " + unseen.toSeconds() + " s: " + problem);
        }
        return connection;
    }

    /** What is down here only connecting anew may mend. */
    private Health.State connection() {
        if (commands.barred()) {
            return Health.State.down("replaced: another controller is connected as " + pbx.app());
        }
        if (!heard) {
            return Health.State.down(problem);
        }
        Duration unheard = Duration.between(stream.lastPong(), steady.instant());
        if (unheard.compareTo(timing.deadAfter()) > 0) {
            return Health.State.down("connected, but deaf: no pong for " + unheard.toSeconds() + " s");
        }
        Duration unanswered = Duration.between(lastAnswer, steady.instant());
        if (unanswered.compareTo(timing.deadAfter()) > 0) {
            return Health.State.down("connected, but no request was answered for " + unanswered.toSeconds() + " s");
        }
        return Health.State.up("connected");
    }

    @Override
    public void close() {
        closed = true;
        stream.destroy();
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
        http.shutdownNow();
    }

    private void keepConnected(PbxListener listener) throws InterruptedException {
        for (int attempt = 1; !closed; attempt++) {
            AriEventCallback hearing = new AriEventCallback(listener, metrics, () -> standAside(listener));
            Instant since = steady.instant();
            try {
                commands.bar(false);
                ActionEvents events = connect(hearing);
                metrics.connect(true);
                hearWhatConcernsUs();
                refresh(listener);
                log.atInfo()
                        .addKeyValue("pbx", pbx.url())
                        .addKeyValue("attempt", attempt)
                        .log("connected to the pbx");
                attempt = 0;
                listen(listener, hearing);
                ari.closeAction(events);
            } catch (PbxException | ARIException e) {
                problem = "not connected: " + e.getMessage();
                metrics.connect(false);
                log.atWarn()
                        .addKeyValue("operation", "connect")
                        .addKeyValue("pbx", pbx.url())
                        .addKeyValue("attempt", attempt)
                        .addKeyValue("problem", e.getMessage())
                        .log("the pbx cannot be reached, trying again");
            }
            hearing.end();
            heard = false;
            stream.destroy();
            if (hearing.replaced()) {
                rival.came(Duration.between(since, steady.instant()));
                awaitOurPlace();
                continue;
            }
            listener.lost();
            TimeUnit.MILLISECONDS.sleep(backoff.after(Math.max(1, attempt)).toMillis());
        }
    }

    /** Called while the PBX tells it, whatever else is being waited for. */
    private void standAside(PbxListener listener) {
        commands.bar(true);
        metrics.replaced();
        log.atError()
                .addKeyValue("pbx", pbx.url())
                .addKeyValue("app", pbx.app())
                .log("another controller has connected as our application, standing aside until it is gone:"
                        + " installations that share a pbx need an AICC_ARI_APP each");
        listener.replaced();
    }

    /** Returns when nobody has it any more. */
    private void awaitOurPlace() throws InterruptedException {
        boolean taken = true;
        while (!closed && !rival.left(taken)) {
            TimeUnit.MILLISECONDS.sleep(timing.heartbeat().toMillis());
            try {
                taken = commands.applicationIsTaken();
            } catch (PbxException e) {
                taken = true;
                log.atWarn()
                        .addKeyValue("problem", e.getMessage())
                        .log("whether another controller is still there cannot be told, standing aside");
            }
        }
    }

    private ActionEvents connect(AriEventCallback hearing) throws ARIException, PbxException {
        ActionEvents events = ari.events();
        var request = events.eventWebsocket(pbx.app());
        request.setSubscribeAll(true);
        request.execute(hearing);
        RestException failure = hearing.failure();
        if (failure != null) {
            throw PbxCommands.failed("connect", pbx.app(), failure);
        }
        return events;
    }

    /** Most of what a PBX says is of no use to us. One that says it all the same, or a proxy that refuses, only costs more. */
    private void hearWhatConcernsUs() {
        try {
            commands.hearOnly(AriEventCallback.TYPES);
        } catch (PbxException e) {
            log.atInfo()
                    .addKeyValue("problem", e.getMessage())
                    .log("the pbx cannot be told what to tell, and tells all");
        }
    }

    private void refresh(PbxListener listener) throws PbxException {
        listener.beforeSnapshot();
        PbxSnapshot snapshot = commands.snapshot();
        lastAnswer = steady.instant();
        if (commands.barred()) {
            return;
        }
        lastSnapshot = lastAnswer;
        listener.snapshot(snapshot);
        heard = true;
    }

    /** Returns when the connection is of no use any more. */
    private void listen(PbxListener listener, AriEventCallback hearing) throws InterruptedException {
        Instant nextSnapshot = steady.instant().plus(timing.snapshots());
        while (!closed && !hearing.brokenWithin(timing.heartbeat())) {
            listener.heard(stream.heardUntil());
            stream.ping();
            try {
                commands.ping();
                lastAnswer = steady.instant();
                if (!lastAnswer.isBefore(nextSnapshot)) {
                    refresh(listener);
                    nextSnapshot = lastAnswer.plus(timing.snapshots());
                }
            } catch (PbxException e) {
                problem = String.valueOf(e.getMessage());
                log.atWarn().addKeyValue("problem", problem).log("the pbx does not answer");
            }
            Health.State state = connection();
            if (!state.up()) {
                problem = state.detail();
                log.atWarn()
                        .addKeyValue("pbx", pbx.url())
                        .addKeyValue("problem", problem)
                        .log("connecting anew");
                return;
            }
        }
        if (hearing.replaced()) {
            return;
        }
        problem = "the pbx closed the event stream";
        if (!closed) {
            log.atWarn().addKeyValue("pbx", pbx.url()).log("the event stream is closed, connecting anew");
        }
    }
}
