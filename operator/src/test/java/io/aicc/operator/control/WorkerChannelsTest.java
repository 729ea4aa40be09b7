package io.aicc.operator.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.State;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerChannelsTest {
    private static final String IDLE = """
            {"state":"IDLE","customer":{"received":0,"lost":0,"late":0,"rejected":{}},\
            "agent":{"received":0,"lost":0,"late":0,"rejected":{}},"transcripts":0,"undelivered":0,"is_new":true}""";
    private static final String TOO_MANY_REASONS =
            "{\"state\":\"DONE\",\"customer\":{\"received\":0,\"lost\":0,\"late\":0,\"rejected\":{"
                    + "\"r01\":1,\"r02\":1,\"r03\":1,\"r04\":1,\"r05\":1,\"r06\":1,\"r07\":1,\"r08\":1,\"r09\":1,\"r10\":1,"
                    + "\"r11\":1,\"r12\":1,\"r13\":1,\"r14\":1,\"r15\":1,\"r16\":1,\"r17\":1,\"r18\":1,\"r19\":1,\"r20\":1,"
                    + "\"r21\":1,\"r22\":1,\"r23\":1,\"r24\":1,\"r25\":1,\"r26\":1,\"r27\":1,\"r28\":1,\"r29\":1,\"r30\":1,"
                    + "\"r31\":1,\"r32\":1,\"r33\":1,\"r34\":1}},"
                    + "\"agent\":{\"received\":0,\"lost\":0,\"late\":0,\"rejected\":{}},\"transcripts\":0,\"undelivered\":0}";
    private static final String ACTIVE = IDLE.replace("IDLE", "ACTIVE");

    private final ControlKey key = ControlKey.generate();
    private final FakeWorker worker;
    private final List<WorkerReport> heard = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CountDownLatch over = new CountDownLatch(1);
    private final WorkerChannels channels = channels(key, 7);

    WorkerChannelsTest() throws IOException {
        worker = new FakeWorker(key.verifying(), "pod-1");
    }

    @AfterEach
    void close() {
        over.countDown();
        channels.close();
        worker.close();
    }

    @Test
    void aWorkerAcknowledgesItsCallAndObeysItsEnd() {
        try (WorkerChannel channel = channels.open(worker.address(), Duration.ZERO, heard::add)) {
            assertThat(channel.assign(call("s-1")))
                    .isEqualTo(new Answer.Obeyed<>(new Acknowledgement("s-1", 20_000, 20_001)));
            assertThat(channel.assign(call("s-1"))).isInstanceOf(Answer.Obeyed.class);
            assertThat(channel.end(new EndOrder("s-1", "CustomerHangup"))).isInstanceOf(Answer.Obeyed.class);
        }
        assertThat(worker.orders()).containsExactly("assign s-1", "assign s-1", "end s-1 CustomerHangup");
    }

    @Test
    void aWorkerThatServesAnotherSessionSaysSo() {
        try (WorkerChannel channel = channels.open(worker.address(), Duration.ZERO, heard::add)) {
            channel.assign(call("s-1"));
            assertThat(channel.assign(call("s-2")))
                    .asInstanceOf(type(Answer.Refused.class))
                    .matches(Answer.Refused::conflict)
                    .hasFieldOrPropertyWithValue("reason", "serves session s-1");
        }
    }

    /** As a worker does that somebody has taken over; its own words, as it says them. */
    @ParameterizedTest
    @CsvSource({"202, X, no whole answer", "100 Continue, '', StackOverflowError"})
    void aWorkerThatNeverEndsItsAnswerHoldsNobodyUp(String status, String header, String problem) throws Exception {
        try (ServerSocket hostile = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                WorkerChannel channel = channels.open(
                        new WorkerChannel.WorkerAddress(
                                hostile.getInetAddress().getHostAddress(), hostile.getLocalPort(), "pod-1"),
                        Duration.ZERO,
                        heard::add)) {
            Thread.ofVirtual().start(() -> answerForEver(hostile, "HTTP/1.1 " + status + "\r\n", header));
            assertThat(channel.end(new EndOrder("s-1", "CustomerHangup")))
                    .asInstanceOf(type(Answer.Unreachable.class))
                    .extracting(Answer.Unreachable::reason)
                    .asString()
                    .contains(problem);
        }
    }

    private void answerForEver(ServerSocket server, String line, String header) {
        while (!server.isClosed()) {
            try {
                Socket caller = server.accept();
                Thread.ofVirtual().start(() -> {
                    try (caller) {
                        OutputStream out = caller.getOutputStream();
                        while (header.isEmpty()) {
                            out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
                        }
                        out.write((line + header + ": ").getBytes(StandardCharsets.US_ASCII));
                        while (!over.await(100, TimeUnit.MILLISECONDS)) {
                            out.write('a');
                        }
                    } catch (IOException | InterruptedException e) {
                        // The caller has left.
                    }
                });
            } catch (IOException e) {
                return; // The test is over.
            }
        }
    }

    @Test
    void aTokenForOnePodOpensNoOther() {
        var elsewhere = new WorkerChannel.WorkerAddress(
                worker.address().host(), worker.address().port(), "pod-2");
        try (WorkerChannel channel = channels.open(elsewhere, Duration.ZERO, heard::add)) {
            assertThat(channel.assign(call("s-1")))
                    .asInstanceOf(type(Answer.Refused.class))
                    .hasFieldOrPropertyWithValue("status", 401);
        }
        assertThat(worker.orders()).isEmpty();
    }

    @Test
    void aStrangersKeyOpensNothing() {
        try (WorkerChannels stranger = channels(ControlKey.generate(), 9);
                WorkerChannel channel = stranger.open(worker.address(), Duration.ZERO, heard::add)) {
            assertThat(channel.end(new EndOrder("s-1", "Malice")))
                    .asInstanceOf(type(Answer.Refused.class))
                    .hasFieldOrPropertyWithValue("status", 401);
        }
        assertThat(worker.orders()).isEmpty();
    }

    @Test
    void aDeposedLeaderCommandsNobody() {
        try (WorkerChannel channel = channels.open(worker.address(), Duration.ZERO, heard::add);
                WorkerChannels successor = channels(key, 8);
                WorkerChannel newer = successor.open(worker.address(), Duration.ZERO, heard::add)) {
            newer.assign(call("s-1"));
            assertThat(channel.end(new EndOrder("s-1", "Stale")))
                    .asInstanceOf(type(Answer.Refused.class))
                    .matches(Answer.Refused::deposed);
        }
        assertThat(worker.orders()).containsExactly("assign s-1");
    }

    @Test
    void reportsArriveInOrderAndAfterABrokenStreamAgain() {
        try (WorkerChannel channel = channels.open(worker.address(), Duration.ZERO, heard::add)) {
            worker.report(IDLE, ACTIVE, "");
            worker.report(IDLE);
            await().until(() -> heard.size() == 3);
            assertThat(channel.heard()).isTrue();
        }
        assertThat(heard).extracting(WorkerReport::state).containsExactly(State.IDLE, State.ACTIVE, State.IDLE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "{\"state\":\"ASLEEP\"}",
                "{\"state\":\"DONE\",\"transcripts\":0,\"undelivered\":0}",
                "{\"state\":\"IDLE\",\"customer\":null,\"agent\":null,\"transcripts\":0,\"undelivered\":0}",
                "{\"state\":null}",
                TOO_MANY_REASONS,
                "{\"state\":\"DONE\",\"customer\":{\"received\":0,\"lost\":0,\"late\":0},\"agent\":{\"received\":0,\"lost\":0,\"late\":0},\"transcripts\":0,\"undelivered\":0}",
                "{\"state\":\"DONE\",\"customer\":{\"received\":0,\"lost\":0,\"late\":0,\"rejected\":{\"late\":null}},\"agent\":null,\"transcripts\":0,\"undelivered\":0}"
            })
    void aReportThatMakesNoSenseIsCountedAndTheNextOneHeard(String nonsense) {
        try (WorkerChannel channel = channels.open(worker.address(), Duration.ZERO, heard::add)) {
            worker.report(nonsense);
            worker.report(IDLE);
            await().until(() -> heard.size() == 1);
            assertThat(channel.heard()).isTrue();
        }
        assertThat(lost("unreadable")).isEqualTo(1);
    }

    @Test
    void aReportThatOurOwnSideStumblesOverIsCountedAndTheNextOneHeard() {
        List<State> seen = new CopyOnWriteArrayList<>();
        Consumer<WorkerReport> stumbles = report -> {
            seen.add(report.state());
            if (seen.size() == 1) {
                throw new IllegalStateException("a mistake of ours");
            }
        };
        try (WorkerChannel channel = channels.open(worker.address(), Duration.ZERO, stumbles)) {
            worker.report(IDLE, ACTIVE);
            await().until(() -> seen.size() == 2);
            assertThat(channel.heard()).isTrue();
        }
        assertThat(lost("failed")).isEqualTo(1);
    }

    @Test
    void aRefusalIsAShortPlainLine() {
        String body = "{\"error\": \"no\\u001b[2J\\nmore " + "x".repeat(5_000) + "\"}";

        assertThat(HttpWorkerChannel.reason(body)).startsWith("no?[2J?more xxx").hasSize(300);
    }

    /** A refusal is the answer of a worker too, and may be anything. */
    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "{\"error\":null}", "[]", "<html>"})
    void aRefusalThatSaysNothingIsARefusal(String body) {
        assertThat(HttpWorkerChannel.reason(body)).isEqualTo("no reason given");
    }

    /** More of them than there are processors, each with its next report at hand at any moment. */
    @Test
    void workersThatNeverStopTalkingKeepNobodyElseFromAnOrder() throws Exception {
        int many = 2 * Runtime.getRuntime().availableProcessors();
        Set<Integer> talkative = ConcurrentHashMap.newKeySet();
        try (ServerSocket floods = new ServerSocket(0, many, InetAddress.getLoopbackAddress());
                WorkerChannel channel = channels.open(worker.address(), Duration.ZERO, heard::add)) {
            for (int i = 0; i < many; i++) {
                int one = i;
                var address = new WorkerChannel.WorkerAddress(
                        floods.getInetAddress().getHostAddress(), floods.getLocalPort(), "flood-" + i);
                WorkerChannel open = channels.open(address, Duration.ZERO, report -> talkative.add(one));
                assertThat(open).isNotNull();
                Thread.ofPlatform().daemon().start(() -> flood(floods));
            }
            await().until(() -> talkative.size() == many);
            assertThat(channel.assign(call("s-1"))).isInstanceOf(Answer.Obeyed.class);
        }
    }

    /** Of a flood 2 kB are read every 10 ms: a thousand reports take longer than their hundred readings. */
    @Test
    void ofAWorkerThatNeverStopsTalkingLittleIsTakenIn() throws Exception {
        int many = 1_000;
        CountDownLatch all = new CountDownLatch(many);
        try (ServerSocket floods = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var address = new WorkerChannel.WorkerAddress(
                    floods.getInetAddress().getHostAddress(), floods.getLocalPort(), "flood");
            Thread.ofPlatform().daemon().start(() -> flood(floods));
            long begun = System.nanoTime();
            try (WorkerChannel flooded = channels.open(address, Duration.ZERO, report -> all.countDown())) {
                assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
                assertThat(flooded.heard()).isTrue();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isGreaterThan(Duration.ofMillis(10L * (many * IDLE.length() / 2048 - 1)));
        }
    }

    private static void flood(ServerSocket server) {
        byte[] reports = (IDLE + "\n").repeat(1_000).getBytes(StandardCharsets.UTF_8);
        try (Socket caller = server.accept()) {
            OutputStream out = caller.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            while (!server.isClosed()) {
                out.write(reports);
            }
        } catch (IOException e) {
            // The caller has left.
        }
    }

    @Test
    void anEndlessLineCostsAConnectionAndNoMemory() {
        try (WorkerChannel channel = channels.open(worker.address(), Duration.ZERO, heard::add)) {
            worker.report("x".repeat(ReportStream.MAX_LINE_BYTES + 1));
            worker.report(IDLE);
            await().until(() -> heard.size() == 1);
            assertThat(channel.heard()).isTrue();
        }
    }

    @Test
    void aWorkerThatIsNotThereIsUnreachable() {
        WorkerChannel.WorkerAddress gone = worker.address();
        worker.close();
        try (WorkerChannel channel = channels.open(gone, Duration.ZERO, heard::add)) {
            assertThat(channel.assign(call("s-1"))).isInstanceOf(Answer.Unreachable.class);
            assertThat(channel.heard()).isFalse();
        }
    }

    private double lost(String reason) {
        return meters.get("aicc_reports_lost").tag("reason", reason).counter().count();
    }

    private WorkerChannels channels(ControlKey key, long epoch) {
        return new WorkerChannels(key, epoch, InstantSource.system(), meters);
    }

    private static CallAssignment call(String session) {
        return CallAssignment.first(session, null, null);
    }
}
