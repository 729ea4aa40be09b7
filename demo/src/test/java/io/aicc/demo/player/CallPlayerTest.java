package io.aicc.demo.player;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.crd.Phase;
import io.aicc.demo.api.EmbeddedKubernetes;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The test is the operator, and its sockets are the workers. */
class CallPlayerTest {
    private static final String NAMESPACE = "default";
    private static final String CALL = "call-1";
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private static final int LIMIT_SECONDS = 10;

    /** Longer than any wait here. */
    private static final short[] MINUTE = new short[60 * 8000];

    @TempDir
    private Path directory;

    private EmbeddedKubernetes api;
    private KubernetesClient client;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeEach
    void start() throws IOException {
        api = EmbeddedKubernetes.start(directory.resolve("kubeconfig"));
        api.install(CallSession.class);
        client = api.client();
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        client.close();
        api.close();
    }

    @Test
    void aReplacedWorkersSuccessorIsSentTheRestOfTheCall() throws Exception {
        try (DatagramSocket first = worker();
                DatagramSocket second = worker()) {
            Future<PlayedCall> call = play();

            serve(first, 1);
            Heard before = hear(first);
            serve(second, 2);
            Heard after = hear(second);

            assertThat(call.isDone()).isFalse();
            assertThat(after.source())
                    .as("the record says so once")
                    .isEqualTo(before.source())
                    .isEqualTo(Objects.requireNonNull(record().get().getSpec().mediaSources())
                            .customer());
            assertThat(after.ssrc()).as("a tap is a stream").isNotEqualTo(before.ssrc());
        }
    }

    @Test
    void aCallWhoseRecordIsDeletedFailsAtOnce() throws Exception {
        try (DatagramSocket worker = worker()) {
            Future<PlayedCall> call = play();
            serve(worker, 1);
            hear(worker);

            record().delete();

            assertThatThrownBy(() -> call.get(LIMIT_SECONDS, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(CallFailedException.class)
                    .hasRootCauseMessage("CallSession call-1 was deleted");
        }
    }

    private Future<PlayedCall> play() {
        CallPlayer player = new CallPlayer(client, NAMESPACE, Damage.NONE, Clock.systemUTC());
        return threads.submit(() -> player.play(new CallScript(CALL, "+1 555 0100", "1001", "en-US", MINUTE, MINUTE)));
    }

    /** The operator's word: that worker has the call. */
    private void serve(DatagramSocket worker, int generation) {
        int port = worker.getLocalPort();
        record().waitUntilCondition(Objects::nonNull, LIMIT_SECONDS, TimeUnit.SECONDS);
        record().editStatus(session -> {
            session.setStatus(new CallSessionStatus(
                    Phase.Ready,
                    new MediaEndpoint(HERE.getHostAddress(), port, port + 1, generation),
                    null,
                    null,
                    null,
                    null,
                    null));
            return session;
        });
    }

    private Resource<CallSession> record() {
        return client.resources(CallSession.class).inNamespace(NAMESPACE).withName(CALL);
    }

    /** The customer's socket; nobody here listens to the agent. */
    private static DatagramSocket worker() throws IOException {
        for (int port = 20_000; port < 30_000; port += 2) {
            try {
                DatagramSocket socket = new DatagramSocket(port, HERE);
                socket.setSoTimeout(LIMIT_SECONDS * 1_000);
                return socket;
            } catch (BindException e) {
                // Somebody has it: the next one.
            }
        }
        throw new IOException("no port is free");
    }

    /** A packet, as far as it tells who sent it. */
    private record Heard(String source, int ssrc) {}

    private static Heard hear(DatagramSocket worker) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        worker.receive(packet);
        return new Heard(
                packet.getAddress().getHostAddress() + ":" + packet.getPort(),
                ByteBuffer.wrap(packet.getData()).getInt(8));
    }
}
