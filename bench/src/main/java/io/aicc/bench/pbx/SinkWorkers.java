package io.aicc.bench.pbx;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.Phase;
import io.aicc.operator.kube.Conditions;
import io.aicc.wire.MicroTime;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An operator and workers that cost next to nothing: every session is ready at once, and all of them send to the same pair of
 * sockets, where packets are counted. What is measured is the PBX and the controller.
 */
final class SinkWorkers implements AutoCloseable {
    private static final InetAddress HOST = InetAddress.ofLiteral("127.0.0.1");
    private static final int FIRST_PORT = 20_000;
    private static final int LAST_PORT = 29_998;
    private static final int BUFFER_BYTES = 4 << 20;

    private final KubernetesClient client;
    private final String namespace;
    private final SharedIndexInformer<CallSession> informer;
    private final DatagramChannel customer;
    private final DatagramChannel agent;
    private final MediaEndpoint endpoint;
    private final AtomicLong packets = new AtomicLong();
    private final AtomicLong live = new AtomicLong();

    SinkWorkers(KubernetesClient client, String namespace) throws IOException {
        this.client = client;
        this.namespace = namespace;
        this.customer = DatagramChannel.open();
        this.agent = DatagramChannel.open();
        int port = bindPair();
        this.endpoint = new MediaEndpoint(HOST.getHostAddress(), port, port + 1, 1);
        Thread.ofPlatform().name("sink-customer").daemon().start(() -> count(customer));
        Thread.ofPlatform().name("sink-agent").daemon().start(() -> count(agent));
        informer = client.resources(CallSession.class).inNamespace(namespace).inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(CallSession session) {
                live.incrementAndGet();
                write(session, new CallSessionStatus(Phase.Ready, endpoint, null, null, null, null, null));
            }

            @Override
            public void onUpdate(CallSession before, CallSession session) {
                if (before.getSpec().ended() == null && session.getSpec().ended() != null) {
                    live.decrementAndGet();
                    write(session, over());
                }
            }

            @Override
            public void onDelete(CallSession session, boolean unknown) {
                // Nobody deletes them here.
            }
        });
    }

    private CallSessionStatus over() {
        Instant now = Instant.now();
        return new CallSessionStatus(
                Phase.Ended,
                endpoint,
                null,
                new Times(null, null, null, null, MicroTime.format(now)),
                Conditions.ready(null, false, "CallEnded", "over", null, now),
                null,
                null);
    }

    /** RTP packets so far, of all calls. */
    long packets() {
        return packets.get();
    }

    /** Sessions whose end nobody has marked. */
    long live() {
        return live.get();
    }

    @Override
    public void close() throws IOException {
        informer.close();
        customer.close();
        agent.close();
    }

    private void write(CallSession session, CallSessionStatus status) {
        String body = client.getKubernetesSerialization().asJson(Map.of("status", status));
        var unused = client.resources(CallSession.class)
                .inNamespace(namespace)
                .withName(session.getMetadata().getName())
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), body);
    }

    private int bindPair() throws IOException {
        for (int port = FIRST_PORT; port <= LAST_PORT; port += 2) {
            try {
                customer.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES)
                        .bind(new InetSocketAddress(HOST, port));
                agent.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES)
                        .bind(new InetSocketAddress(HOST, port + 1));
                return port;
            } catch (BindException taken) {
                if (customer.getLocalAddress() != null) {
                    throw taken;
                }
            }
        }
        throw new IOException("no port is free from " + FIRST_PORT + " to " + LAST_PORT);
    }

    private void count(DatagramChannel channel) {
        ByteBuffer packet = ByteBuffer.allocateDirect(2048);
        try {
            while (true) {
                channel.receive(packet.clear());
                packets.incrementAndGet();
            }
        } catch (ClosedChannelException e) {
            // The run is over.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
