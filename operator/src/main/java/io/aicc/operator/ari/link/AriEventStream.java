package io.aicc.operator.ari.link;

import ch.loway.oss.ari4java.tools.HttpParam;
import ch.loway.oss.ari4java.tools.HttpResponseHandler;
import ch.loway.oss.ari4java.tools.RestException;
import ch.loway.oss.ari4java.tools.WsClient;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * ari4java's event WebSocket over the JDK's. It pings when told to and remembers the answers; it never sends a pong that was
 * not asked for, which has crashed Asterisk (<a href="https://github.com/asterisk/asterisk/issues/2085">asterisk#2085</a>).
 * Thread-safe.
 */
final class AriEventStream implements WsClient {
    /** An event is a few kilobytes, with a conference of 20,000 in it a megabyte; more than this is none. */
    private static final int LONGEST_EVENT_CHARS = 1 << 20;

    private final HttpClient http;
    private final PbxAddress pbx;
    private final InstantSource steady;
    private volatile @Nullable Stream open;

    AriEventStream(HttpClient http, PbxAddress pbx, InstantSource steady) {
        this.http = http;
        this.pbx = pbx;
        this.steady = steady;
    }

    @Override
    public WsClientConnection connect(HttpResponseHandler handler, String path, List<HttpParam> query)
            throws RestException {
        Stream stream = new Stream(handler);
        var opening = http.newWebSocketBuilder()
                .header("Authorization", pbx.authorization())
                .connectTimeout(AriRequests.TIMEOUT)
                .buildAsync(pbx.webSocket(AriRequests.pathAndQuery(path, query)), stream);
        try {
            stream.socket = opening.get(2 * AriRequests.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                throw new RestException(
                        "the event stream was refused", refused.getResponse().statusCode());
            }
            throw new RestException(e.getCause());
        } catch (TimeoutException e) {
            opening.cancel(true);
            throw new RestException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RestException(e);
        }
        open = stream;
        return stream;
    }

    /** Asks the other side for a sign of life. */
    void ping() {
        Stream stream = open;
        if (stream != null) {
            stream.ping();
        }
    }

    /** When the other side last answered one, or the stream was opened. */
    Instant lastPong() {
        Stream stream = open;
        return stream == null ? Instant.MIN : stream.lastPong;
    }

    /** Events of before that moment have come: the last ping that was answered was sent then. */
    Instant heardUntil() {
        Stream stream = open;
        return stream == null ? Instant.MIN : stream.heardUntil;
    }

    @Override
    public boolean isWsConnected() {
        Stream stream = open;
        return stream != null && !stream.over.get();
    }

    @Override
    public void destroy() {
        Stream stream = open;
        if (stream != null) {
            stream.disconnect();
        }
    }

    private final class Stream implements WebSocket.Listener, WsClientConnection {
        private final HttpResponseHandler handler;
        private final StringBuilder text = new StringBuilder();
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile @Nullable WebSocket socket;
        private volatile Instant lastPong = steady.instant();
        private volatile Instant heardUntil = Instant.MIN;

        private Stream(HttpResponseHandler handler) {
            this.handler = handler;
        }

        @Override
        public void onOpen(WebSocket opened) {
            handler.onChReadyToWrite();
            opened.request(Long.MAX_VALUE);
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            if (text.length() + part.length() > LONGEST_EVENT_CHARS) {
                end();
                from.abort();
                return null;
            }
            text.append(part);
            if (last) {
                String event = text.toString();
                text.setLength(0);
                handler.onSuccess(event);
            }
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
            lastPong = steady.instant();
            Instant sent = message.remaining() == Long.BYTES ? Instant.ofEpochMilli(message.getLong()) : Instant.MIN;
            if (sent.isAfter(heardUntil) && !sent.isAfter(lastPong)) { // Others are no answers to pings of ours.
                heardUntil = sent;
            }
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            end();
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            end();
        }

        @Override
        public void disconnect() {
            WebSocket opened = socket;
            over.set(true);
            if (opened != null) {
                var unused = opened.sendClose(WebSocket.NORMAL_CLOSURE, "")
                        .orTimeout(1, TimeUnit.SECONDS)
                        .whenComplete((sent, failed) -> opened.abort());
            }
        }

        private void ping() {
            WebSocket opened = socket;
            if (opened != null && !over.get()) {
                ByteBuffer now = ByteBuffer.allocate(Long.BYTES)
                        .putLong(steady.instant().toEpochMilli())
                        .flip();
                var unused = opened.sendPing(now).exceptionally(failed -> {
                    end();
                    return opened;
                });
            }
        }

        private void end() {
            if (over.compareAndSet(false, true)) {
                handler.onDisconnect();
            }
        }
    }
}
