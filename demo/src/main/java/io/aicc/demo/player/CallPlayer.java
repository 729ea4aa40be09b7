package io.aicc.demo.player;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec;
import io.aicc.crd.CallSessionSpec.MediaSources;
import io.aicc.crd.CallSessionSpec.PbxReference;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.crd.Codec;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Plays the PBX and its controller: a CallSession, two RTP streams, the end mark. Thread-safe. */
public final class CallPlayer implements CallPlacer {
    private static final Duration READY_LIMIT = Duration.ofSeconds(30);
    private static final long PACKET_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final KubernetesClient client;
    private final String namespace;
    private final Damage damage;
    private final InstantSource clock;
    private final int times;

    /**
     * Places calls in a namespace.
     *
     * @param damage what happens to their packets on the way
     */
    public CallPlayer(KubernetesClient client, String namespace, Damage damage, InstantSource clock) {
        this(client, namespace, damage, clock, 1);
    }

    private CallPlayer(KubernetesClient client, String namespace, Damage damage, InstantSource clock, int times) {
        this.client = client;
        this.damage = damage;
        this.namespace = namespace;
        this.clock = clock;
        this.times = times;
    }

    /** One in whose calls everything is said so many times, one after the other. */
    public CallPlayer repeating(int times) {
        return new CallPlayer(client, namespace, damage, clock, times);
    }

    @Override
    public PlayedCall play(CallScript script) throws CallFailedException, InterruptedException, IOException {
        InetAddress pbx = InetAddress.getLoopbackAddress();
        try (RtpStream customer = new RtpStream(pbx, script.customer(), times);
                RtpStream agent = new RtpStream(pbx, script.agent(), times)) {
            Instant created = clock.instant();
            Resource<CallSession> resource = create(script, customer.source(), agent.source(), created);
            try (SessionWatch session = new SessionWatch(resource, script.callId())) {
                session.awaitServed(READY_LIMIT);

                Instant mediaStarted = clock.instant();
                int seed = script.callId().hashCode();
                BadNetwork fromCustomer = new BadNetwork(customer, damage, seed);
                BadNetwork fromAgent = new BadNetwork(agent, damage, seed + 1L);
                int packets = Math.max(customer.packets(), agent.packets());
                send(fromCustomer, fromAgent, packets, session);

                Instant hungUp = clock.instant();
                markEnded(resource, script.callId(), hungUp);
                CallSession over = session.awaitEnded();
                Duration endedAfter = Duration.between(hungUp, clock.instant());
                return new PlayedCall(
                        over,
                        created,
                        SessionWatch.readyAfter(created, over),
                        mediaStarted,
                        hungUp,
                        endedAfter,
                        OptionalLong.of(customer.packetsSent() + agent.packetsSent()),
                        damage.isNone() ? null : fromCustomer.dealt().plus(fromAgent.dealt()));
            }
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
                null,
                null));
        client.resource(session).create();
        return client.resources(CallSession.class).inNamespace(namespace).withName(script.callId());
    }

    private static void markEnded(Resource<CallSession> resource, String name, Instant now) throws CallFailedException {
        String mark =
                "{\"spec\":{\"ended\":{\"at\":\"%s\",\"reason\":\"CustomerHangup\"}}}".formatted(MicroTime.format(now));
        try {
            resource.patch(PatchContext.of(PatchType.JSON_MERGE), mark);
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                throw CallFailedException.deleted(name);
            }
            throw e;
        }
    }

    /**
     * Every packet has its own deadline on one clock, so that a late one does not make the others late, and goes to the worker
     * that the call has then.
     */
    private static void send(BadNetwork customer, BadNetwork agent, int packets, SessionWatch session)
            throws CallFailedException, IOException {
        long start = System.nanoTime();
        for (int number = 0; number < packets && !Thread.currentThread().isInterrupted(); number++) {
            for (long wait; (wait = start + number * PACKET_NANOS - System.nanoTime()) > 0; ) {
                LockSupport.parkNanos(wait);
            }
            MediaEndpoint worker = session.endpoint();
            InetAddress host = InetAddress.ofLiteral(worker.host());
            customer.send(number, new InetSocketAddress(host, worker.customerPort()));
            agent.send(number, new InetSocketAddress(host, worker.agentPort()));
        }
    }
}
