package io.aicc.e2e.pbx;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.crd.CallSessionStatus.Times;
import io.aicc.crd.CallSessionStatus.WorkerReference;
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
import java.nio.channels.DatagramChannel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An operator and its workers as the ARI controller sees them: every session gets an address, and somebody listens there. */
final class ListeningWorkers implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    private final KubernetesClient client;
    private final String namespace;
    private final SharedIndexInformer<CallSession> informer;
    private final Map<String, Worker> workers = new ConcurrentHashMap<>();
    private volatile boolean scarce;

    ListeningWorkers(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
        informer = client.resources(CallSession.class).inNamespace(namespace).inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(CallSession session) {
                if (!scarce) {
                    serve(session);
                }
            }

            @Override
            public void onUpdate(CallSession before, CallSession session) {
                finish(session);
            }

            @Override
            public void onDelete(CallSession session, boolean unknown) {
                finish(session);
            }
        });
    }

    /** What the worker of a session has heard. */
    Worker of(String session) {
        return Objects.requireNonNull(workers.get(session), session);
    }

    /** Whether a session has a worker yet. */
    boolean serve(String session) {
        return workers.containsKey(session);
    }

    /** Whether calls that come have to wait for their worker. */
    void scarce(boolean now) {
        scarce = now;
    }

    /** A worker for one that waits. */
    void serve(CallSession session) {
        Worker worker = new Worker(1);
        workers.put(session.getMetadata().getName(), worker);
        write(session.getMetadata().getName(), worker, Phase.Ready);
    }

    /** The session goes on with another worker. */
    void replace(String session) {
        Worker former = of(session);
        Worker next = new Worker(former.generation + 1);
        workers.put(session, next);
        write(session, next, Phase.Active);
        former.close();
    }

    @Override
    public void close() {
        informer.close();
        workers.values().forEach(Worker::close);
    }

    private void finish(CallSession session) {
        Worker worker = workers.get(session.getMetadata().getName());
        if (session.getSpec().ended() != null && worker != null && !worker.closed) {
            worker.close();
            write(session.getMetadata().getName(), worker, Phase.Ended);
        }
    }

    private void write(String session, Worker worker, Phase phase) {
        Instant now = Instant.now();
        var status = new CallSessionStatus(
                phase,
                new MediaEndpoint(HOST, worker.customerPort, worker.customerPort + 1, worker.generation),
                new WorkerReference("listener", "listener-" + worker.generation),
                phase.terminal()
                        ? new Times(null, null, null, null, MicroTime.format(now))
                        : new Times(MicroTime.format(now), null, null, null, null),
                phase.terminal() ? Conditions.ready(null, false, "CallEnded", "over", null, now) : null,
                null,
                null);
        String body = client.getKubernetesSerialization().asJson(Map.of("status", status));
        var unused = client.resources(CallSession.class)
                .inNamespace(namespace)
                .withName(session)
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), body);
    }

    /** Two sockets, an even port for the customer and the odd one after it for the agent. */
    static final class Worker {
        private final int generation;
        private final int customerPort;
        private final Ear customer;
        private final Ear agent;
        private volatile boolean closed;

        private Worker(int generation) {
            this.generation = generation;
            List<DatagramChannel> pair = freePair();
            this.customerPort = port(pair.getFirst());
            this.customer = new Ear(pair.getFirst());
            this.agent = new Ear(pair.getLast());
        }

        Ear customer() {
            return customer;
        }

        Ear agent() {
            return agent;
        }

        Stream<Ear> ears() {
            return Stream.of(customer, agent);
        }

        private void close() {
            closed = true;
            customer.close();
            agent.close();
        }

        private static List<DatagramChannel> freePair() {
            while (true) {
                int even = ThreadLocalRandom.current().nextInt(10_000, 15_000) * 2;
                Optional<DatagramChannel> first = bound(even);
                Optional<DatagramChannel> second = first.flatMap(open -> bound(even + 1));
                if (first.isPresent() && second.isPresent()) {
                    return List.of(first.get(), second.get());
                }
                first.ifPresent(Worker::closeQuietly);
            }
        }

        private static Optional<DatagramChannel> bound(int port) {
            try {
                DatagramChannel channel = DatagramChannel.open();
                try {
                    channel.bind(new InetSocketAddress(InetAddress.ofLiteral(HOST), port));
                    return Optional.of(channel);
                } catch (BindException taken) {
                    channel.close();
                    return Optional.empty();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static int port(DatagramChannel channel) {
            return channel.socket().getLocalPort();
        }

        private static void closeQuietly(DatagramChannel channel) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A session as the API server has it now, if it has it. */
    @Nullable
    CallSession session(String name) {
        return client.resources(CallSession.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
    }
}
