package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.wire.event.Event;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.Jwts;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a receiver says at its door, and what we make of it: the table in docs/events.md. */
@Timeout(60)
class ReceiverDoorTest {
    private static final Duration TOKEN = PublishSettings.TOKEN_LIFETIME;

    @RegisterExtension
    final PublisherRig rig = new PublisherRig();

    /** Closes its first connections so, and then behaves. */
    private static ScriptedReceiver.Script closing(int code, int times) {
        List<Channel> closed = Collections.synchronizedList(new ArrayList<>());
        ScriptedReceiver.Script dutiful = ScriptedReceiver.dutiful();
        return new ScriptedReceiver.Script() {
            @Override
            public void opened(ScriptedReceiver receiver, Channel connection) {
                if (closed.size() < times) {
                    closed.add(connection);
                    connection.writeAndFlush(new CloseWebSocketFrame(new WebSocketCloseStatus(code, "so", false)));
                } else {
                    dutiful.opened(receiver, connection);
                }
            }

            @Override
            public void heard(ScriptedReceiver receiver, Channel connection, Event event) {
                dutiful.heard(receiver, connection, event);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void refusedTokenIsCountedAndTriedAnewWhileTheWordsWait(int status) {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        receiver.refuseWith(status);
        TranscriptPublisher publisher = rig.publisher(receiver);
        PublisherRig.publishCall(publisher, 3);
        await().until(() -> rig.counted("aicc_ws_refused") > 1);
        assertThat(receiver.received()).isEmpty();

        receiver.refuseWith(0);

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.durable()).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void busyReceiverIsLeftAloneForAsLongAsItAsks(int status) {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        receiver.refuseWith(status, "1");
        TranscriptPublisher publisher = rig.publisher(receiver);
        PublisherRig.publishCall(publisher, 3);
        await().until(() -> receiver.handshakes().size() == 1);
        long asked = System.nanoTime();

        await().until(() -> receiver.handshakes().size() == 2);

        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isGreaterThan(Duration.ofMillis(900));
        assertThat(rig.counted("aicc_ws_refused")).isZero();
        receiver.refuseWith(0);
        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 500})
    void otherAnswersAreTriedAgainSoon(int status) {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        receiver.refuseWith(status);
        TranscriptPublisher publisher = rig.publisher(receiver);
        PublisherRig.publishCall(publisher, 3);
        await().until(() -> receiver.handshakes().size() > 2);

        receiver.refuseWith(0);

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(rig.counted("aicc_ws_refused")).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1011, 1012, 1013})
    void receiverThatSaysGoodbyeIsCalledAgain(int code) {
        ScriptedReceiver receiver = rig.receiver(closing(code, 1));
        TranscriptPublisher publisher = rig.publisher(receiver);

        PublisherRig.publishCall(publisher, 3);

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.durable()).hasSize(5);
        assertThat(receiver.handshakes()).hasSize(2);
        assertThat(rig.counted("aicc_ws_refused")).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1008, 4401, 4403, 1002, 1003, 1007, 1009})
    void receiverThatRefusesUsOrOurEventsIsCountedAndCalledAgain(int code) {
        ScriptedReceiver receiver = rig.receiver(closing(code, 1));
        TranscriptPublisher publisher = rig.publisher(receiver);

        PublisherRig.publishCall(publisher, 3);

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.durable()).hasSize(5);
        assertThat(rig.counted("aicc_ws_refused")).isEqualTo(1);
    }

    @Test
    void tokenIsRenewedBeforeItExpiresAndNothingThatWasAcknowledgedComesTwice() {
        StrictReceiver strict = new StrictReceiver();
        ScriptedReceiver receiver = rig.receiver(strict);
        TranscriptPublisher publisher = rig.publisher(receiver);
        publisher.publish(Events.started());
        await().until(() -> publisher.undelivered() == 0);
        for (int i = 1; i <= 200; i++) {
            publisher.publish(Events.words(i));
            if (i % 20 == 0) {
                await().until(() ->
                        publisher.undelivered() == 0); // On a clock that jumps, what is under way would grow old.
                int handshakes = receiver.handshakes().size();
                rig.now.updateAndGet(it -> it.plus(TOKEN.multipliedBy(92).dividedBy(100)));
                await().until(() -> receiver.handshakes().size() == handshakes + 1);
            }
        }
        publisher.publish(Events.ended());

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.durable().map(Event::seq).distinct()).hasSize(202);
        assertThat(strict.repeated).isEmpty();
        assertThat(strict.expired).isEmpty();
        assertThat(receiver.handshakes()).hasSize(11);
        assertThat(rig.counted("aicc_ws_reconnects")).isZero();
    }

    @Test
    void renewalThatIsRefusedLeavesTheLiveConnectionAlone() {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful());
        TranscriptPublisher publisher = rig.publisher(receiver);
        publisher.publish(Events.started());
        await().until(() -> publisher.undelivered() == 0);
        receiver.refuseWith(401);
        rig.now.updateAndGet(it -> it.plus(TOKEN.multipliedBy(92).dividedBy(100)));
        await().until(() -> rig.counted("aicc_ws_refused") > 0);

        publisher.publish(Events.words(1));
        publisher.publish(Events.ended());

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.durable()).hasSize(3);
    }

    /** Looks at the clock with every event, and at what it had acknowledged before a connection began. */
    private final class StrictReceiver implements ScriptedReceiver.Script {
        private final List<Long> repeated = Collections.synchronizedList(new ArrayList<>());
        private final List<Long> expired = Collections.synchronizedList(new ArrayList<>());
        private final Map<Channel, Long> had = new HashMap<>();
        private final Map<Channel, String> tokens = new HashMap<>();

        @Override
        public void opened(ScriptedReceiver receiver, Channel connection) {
            had.put(connection, receiver.lastDurable());
            tokens.put(
                    connection,
                    receiver.handshakes()
                            .getLast()
                            .get(HttpHeaderNames.AUTHORIZATION)
                            .substring("Bearer ".length()));
            ScriptedReceiver.say(connection, "{\"type\":\"resume\",\"last_seq\":" + receiver.lastDurable() + "}");
        }

        @Override
        public void heard(ScriptedReceiver receiver, Channel connection, Event event) {
            if (event.seq() <= Objects.requireNonNull(had.get(connection))) {
                repeated.add(event.seq());
            }
            if (!isGood(Objects.requireNonNull(tokens.get(connection)))) {
                expired.add(event.seq());
            }
            ScriptedReceiver.say(connection, "{\"type\":\"ack\",\"seq\":" + event.seq() + "}");
        }

        private boolean isGood(String token) {
            try {
                Jwts.parser()
                        .verifyWith(new SecretKeySpec(PublisherRig.KEY, "HmacSHA256"))
                        .clock(() -> Date.from(rig.now.get()))
                        .build()
                        .parseSignedClaims(token);
                return true;
            } catch (JwtException | IllegalArgumentException _) {
                return false;
            }
        }
    }
}
