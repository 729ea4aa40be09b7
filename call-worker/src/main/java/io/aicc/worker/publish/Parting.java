package io.aicc.worker.publish;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a connection ended, or the attempt at one, and what follows from it. Every reaction is to come back, because a receiver
 * that is put right must get what waits; they differ in how loud it is told and how soon. {@code docs/events.md} has the table.
 *
 * @param code HTTP status or WebSocket close code (RFC 6455 §7.4), 0 when there was none
 * @param why in a few words of ours: what a receiver says is not for our log
 * @param pause at least so long until the next attempt
 */
record Parting(Kind kind, int code, String why, Duration pause) {
    private static final Duration BUSY_AT_LEAST = Duration.ofSeconds(1);

    /** A receiver may ask for minutes; the drain after a call does not last so long. */
    private static final Duration BUSY_AT_MOST = Duration.ofSeconds(10);

    enum Kind {
        /** The network, a restart: nobody's fault. */
        BROKEN,
        /** The receiver is there and cannot take us now. */
        BUSY,
        /** It does not accept our token. */
        TOKEN_REFUSED,
        /** It does not understand what we send. */
        EVENTS_REFUSED
    }

    /** An end that was not announced, or a handshake that the receiver answered with no. */
    static Parting of(@Nullable Throwable cause) {
        if (cause instanceof WebSocketClientHandshakeException refused && refused.response() != null) {
            return answered(refused.response());
        }
        String why = cause == null ? "closed by the receiver" : String.valueOf(cause.getMessage());
        return new Parting(Kind.BROKEN, 0, why, Duration.ZERO);
    }

    private static Parting answered(HttpResponse response) {
        int status = response.status().code();
        String why = "handshake answered with " + status;
        return switch (status) {
            case 401, 403 -> new Parting(Kind.TOKEN_REFUSED, status, why, Duration.ZERO);
            case 429, 503 ->
                new Parting(Kind.BUSY, status, why, pause(response.headers().get(HttpHeaderNames.RETRY_AFTER)));
            default -> new Parting(Kind.BROKEN, status, why, Duration.ZERO);
        };
    }

    /** The receiver said goodbye. */
    static Parting closedWith(int code) {
        String why = "closed with " + code;
        return switch (code) {
            case 1008, 4401, 4403 -> new Parting(Kind.TOKEN_REFUSED, code, why, Duration.ZERO);
            case 1002, 1003, 1007, 1009 -> new Parting(Kind.EVENTS_REFUSED, code, why, BUSY_AT_LEAST);
            case 1012, 1013 -> new Parting(Kind.BUSY, code, why, BUSY_AT_LEAST);
            default -> new Parting(Kind.BROKEN, code, why, Duration.ZERO);
        };
    }

    /** We had enough of a receiver. */
    static Parting left(String why) {
        return new Parting(Kind.BROKEN, 0, why, BUSY_AT_LEAST);
    }

    /** @param retryAfter seconds; a date, which the header may also hold, counts as nothing said */
    private static Duration pause(@Nullable String retryAfter) {
        if (retryAfter == null || !retryAfter.matches("[0-9]{1,6}")) {
            return BUSY_AT_LEAST;
        }
        long asked = Long.parseLong(retryAfter);
        return Duration.ofSeconds(Math.clamp(asked, BUSY_AT_LEAST.toSeconds(), BUSY_AT_MOST.toSeconds()));
    }
}
