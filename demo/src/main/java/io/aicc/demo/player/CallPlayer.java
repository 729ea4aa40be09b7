package io.aicc.demo.player;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec;
import io.aicc.crd.CallSessionSpec.MediaSources;
import io.aicc.crd.CallSessionSpec.PbxReference;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.crd.Codec;
import io.aicc.crd.Phase;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Places calls and lives them through in real time, each on the caller's thread. Thread-safe. */
public final class CallPlayer {
    private static final Duration READY_LIMIT = Duration.ofSeconds(30);
    private static final Duration END_LIMIT = Duration.ofSeconds(60);
    private static final long PACKET_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final KubernetesClient client;
    private final String namespace;
    private final InstantSource clock;

    public CallPlayer(KubernetesClient client, String namespace, InstantSource clock) {
        this.client = client;
        this.namespace = namespace;
        this.clock = clock;
    }

    /**
     * Places a call and returns when everything of it is over.
     *
     * @param onHangUp told right after the end mark is written
     * @throws CallFailedException when the system did not serve it
     */
    public PlayedCall play(CallScript script, Consumer<CallSession> onHangUp)
            throws CallFailedException, InterruptedException, IOException {
        InetAddress pbx = InetAddress.getLoopbackAddress();
        try (RtpStream customer = new RtpStream(pbx, script.customer());
                RtpStream agent = new RtpStream(pbx, script.agent())) {
            Instant created = clock.instant();
            Resource<CallSession> resource = create(script, customer.source(), agent.source(), created);
            CallSession ready = await(resource, "Ready", READY_LIMIT, CallPlayer::served);
            Duration readyAfter = Duration.between(created, clock.instant());

            Instant mediaStarted = clock.instant();
            send(customer, agent, Objects.requireNonNull(ready.getStatus().mediaEndpoint()));

            Instant hungUp = clock.instant();
            onHangUp.accept(markEnded(resource, hungUp));
            CallSession over = await(resource, "Ended", END_LIMIT, session -> phase(session) == Phase.Ended);
            Duration endedAfter = Duration.between(hungUp, clock.instant());
            return new PlayedCall(
                    over,
                    created,
                    readyAfter,
                    mediaStarted,
                    hungUp,
                    endedAfter,
                    customer.packetsSent() + agent.packetsSent());
        }
    }

    private Resource<CallSession> create(CallScript script, String customerSource, String agentSource, Instant now) {
        CallSession session = new CallSession();
        session.setMetadata(new ObjectMetaBuilder()
                .withNamespace(namespace)
                .withName(script.callId())
                .build());
        session.setSpec(new CallSessionSpec(
                script.callId(),
                script.customerNumber(),
                script.agentId(),
                script.language(),
                Codec.ULAW,
                new PbxReference("demo-player", null, null),
                "default",
                MicroTime.format(now),
                new MediaSources(customerSource, agentSource),
                null));
        client.resource(session).create();
        return client.resources(CallSession.class).inNamespace(namespace).withName(script.callId());
    }

    private CallSession markEnded(Resource<CallSession> resource, Instant now) {
        String mark =
                "{\"spec\":{\"ended\":{\"at\":\"%s\",\"reason\":\"CustomerHangup\"}}}".formatted(MicroTime.format(now));
        return resource.patch(PatchContext.of(PatchType.JSON_MERGE), mark);
    }

    /** Every packet has its own deadline on one clock, so that a late one does not make the others late. */
    private static void send(RtpStream customer, RtpStream agent, MediaEndpoint endpoint) throws IOException {
        InetAddress host = InetAddress.ofLiteral(endpoint.host());
        InetSocketAddress customerPort = new InetSocketAddress(host, endpoint.customerPort());
        InetSocketAddress agentPort = new InetSocketAddress(host, endpoint.agentPort());
        int packets = Math.max(customer.packets(), agent.packets());
        long start = System.nanoTime();
        for (int number = 0; number < packets && !Thread.currentThread().isInterrupted(); number++) {
            for (long wait; (wait = start + number * PACKET_NANOS - System.nanoTime()) > 0; ) {
                LockSupport.parkNanos(wait);
            }
            customer.send(number, customerPort);
            agent.send(number, agentPort);
        }
    }

    private CallSession await(
            Resource<CallSession> resource, String what, Duration limit, Predicate<@Nullable CallSession> condition)
            throws CallFailedException {
        CallSession session = resource.waitUntilCondition(
                s -> s != null && (condition.test(s) || phase(s) == Phase.Failed),
                limit.toMillis(),
                TimeUnit.MILLISECONDS);
        if (!condition.test(session)) {
            throw new CallFailedException("call " + session.getMetadata().getName() + " did not become " + what + ": "
                    + session.getStatus().conditions());
        }
        return session;
    }

    private static boolean served(@Nullable CallSession session) {
        Phase phase = phase(session);
        return phase == Phase.Ready || phase == Phase.Active;
    }

    private static @Nullable Phase phase(@Nullable CallSession session) {
        return session == null || session.getStatus() == null
                ? null
                : session.getStatus().phase();
    }

    /** The system did not do what a call needs. */
    public static final class CallFailedException extends Exception {
        private static final long serialVersionUID = 1L;

        CallFailedException(String message) {
            super(message);
        }
    }
}
