package io.aicc.worker.speech.vosk;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.aicc.crd.Codec;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.speech.EncodedAudio;
import io.aicc.worker.speech.remote.Failure;
import io.aicc.worker.speech.remote.Failure.Kind;
import io.aicc.worker.speech.remote.RecognitionServer.Conversation;
import io.aicc.worker.speech.remote.RecognitionServer.Hearer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One connection. We send the sample rate as JSON, linear samples (16 bit, least significant byte first) as binary messages,
 * {@code eof} as JSON; the server answers each message, with words so far or, after a pause and at the end, for good.
 *
 * <pre>
 *  → {"config": {"sample_rate": 8000, "words": true}}    → samples          ← {"partial": "…"}
 *  → samples  ← {"text": "…", "result": [{"word": "…", "start": 0.3, "end": 0.6, "conf": 0.9}, …]}
 *  → {"eof": 1}                                          ← {"text": "…"}, and the end
 * </pre>
 *
 * @implNote Messages go out one at a time, each when the one before is on its way: the JDK's WebSocket refuses more.
 */
final class VoskConversation implements Conversation, WebSocket.Listener {
    /** A result of a minute with a time for every word is some 30 KB. */
    private static final int MAX_ANSWER_CHARS = 1 << 17;

    private static final int MANY_WAITING = 8;

    private final Codec codec;
    private final int sampleRateHz;
    private final Hearer hearer;
    private final StringBuilder answer = new StringBuilder();
    private CompletableFuture<WebSocket> sent = new CompletableFuture<>();
    private int waiting;
    private boolean opened;
    private boolean endTold;
    private boolean allSaid;
    private boolean over;

    private VoskConversation(Codec codec, int sampleRateHz, Hearer hearer) {
        this.codec = codec;
        this.sampleRateHz = sampleRateHz;
        this.hearer = hearer;
    }

    /** @param limit how long the connection may take, the server's yes to it included */
    static VoskConversation open(
            HttpClient http, URI url, Duration limit, Codec codec, int sampleRateHz, Hearer hearer) {
        VoskConversation conversation = new VoskConversation(codec, sampleRateHz, hearer);
        conversation.start(http.newWebSocketBuilder().connectTimeout(limit).buildAsync(url, conversation));
        return conversation;
    }

    private synchronized void start(CompletableFuture<WebSocket> connected) {
        sent = connected;
        sendText("{\"config\": {\"sample_rate\": %d, \"words\": true}}".formatted(sampleRateHz));
        sent.whenComplete((socket, failure) -> {
            if (failure != null) {
                fail(failure);
            } else {
                synchronized (this) {
                    opened = true;
                }
                hearer.ready();
            }
        });
    }

    @Override
    public synchronized boolean ready() {
        return opened && !over && waiting < MANY_WAITING;
    }

    @Override
    public synchronized void send(byte[] audio) {
        EncodedAudio encoded = new EncodedAudio(codec, sampleRateHz);
        encoded.append(audio, 0, audio.length);
        ByteBuffer linear =
                ByteBuffer.allocate(2 * encoded.keptMs() * sampleRateHz / 1000).order(ByteOrder.LITTLE_ENDIAN);
        encoded.decodeTo(frame -> put(frame, linear));
        waiting++;
        sent = sent.thenCompose(socket -> socket.sendBinary(linear.flip(), true));
        sent.whenComplete((socket, failure) -> {
            synchronized (this) {
                waiting--;
            }
            if (failure != null) {
                fail(failure);
            } else {
                hearer.ready();
            }
        });
    }

    private static void put(AudioFrame frame, ByteBuffer linear) {
        for (int i = 0; i < frame.length(); i++) {
            linear.putShort(frame.samples()[i]);
        }
    }

    @Override
    public synchronized void endAudio() {
        sent = sent.thenCompose(socket -> {
            synchronized (this) {
                endTold = true;
            }
            return socket.sendText("{\"eof\": 1}", true);
        });
    }

    private void sendText(String text) {
        sent = sent.thenCompose(socket -> socket.sendText(text, true));
    }

    @Override
    public synchronized void cancel() {
        over = true;
        var unused = sent.thenAccept(WebSocket::abort);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
        answer.append(part);
        if (answer.length() > MAX_ANSWER_CHARS) {
            fail(new IllegalStateException("an answer of more than " + MAX_ANSWER_CHARS + " characters"));
            return null;
        }
        if (last) {
            String whole = answer.toString();
            answer.setLength(0);
            hear(whole);
        }
        socket.request(1);
        return null;
    }

    private void hear(String message) {
        try {
            switch (VoskAnswer.parse(message)) {
                case VoskAnswer.Settled settled -> settled(settled);
                case VoskAnswer.Guess guess -> hearer.guessed(guess.text());
                case VoskAnswer.Other _ -> {}
            }
        } catch (JsonProcessingException e) {
            fail(e);
        }
    }

    private void settled(VoskAnswer.Settled settled) {
        synchronized (this) {
            allSaid = endTold;
        }
        if (!settled.words().text().isEmpty()) {
            hearer.heard(settled.words(), settled.untilMs());
        }
    }

    /** Only a server that has answered the end of the audio has said everything; one that restarts closes too. */
    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
        boolean regular;
        synchronized (this) {
            regular = allSaid && status == WebSocket.NORMAL_CLOSURE && !over;
            over = regular || over;
        }
        if (regular) {
            hearer.ended();
        } else {
            fail(new IllegalStateException("the server closed the connection: " + status + " " + reason));
        }
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
        fail(failure);
    }

    private void fail(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            var unused = sent.thenAccept(WebSocket::abort);
        }
        hearer.failed(new Failure(kind(cause), "vosk-server: " + cause));
    }

    /** What stands in front of the server answers for it while it is overloaded or being replaced. */
    private static Kind kind(Throwable cause) {
        if (!(cause instanceof WebSocketHandshakeException handshake) || handshake.getResponse() == null) {
            return Kind.TRANSPORT;
        }
        int status = handshake.getResponse().statusCode();
        return switch (status) {
            case 404, 408, 425 -> Kind.TRANSPORT;
            case 429 -> Kind.QUOTA;
            default -> status / 100 == 4 ? Kind.CONFIGURATION : Kind.TRANSPORT;
        };
    }
}
