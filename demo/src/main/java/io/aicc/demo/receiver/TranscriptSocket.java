package io.aicc.demo.receiver;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.aicc.wire.WireJson;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.ReceiverMessage;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole duty of a receiver, for one worker's connection: say what you have, take what comes, acknowledge it once you
 * hold it.
 */
final class TranscriptSocket extends SimpleChannelInboundHandler<TextWebSocketFrame> {
    private static final Logger log = LoggerFactory.getLogger(TranscriptSocket.class);

    private final Transcripts transcripts;
    private final Transcript transcript;
    private final int generation;
    private boolean ackDue;
    private boolean nonsenseTold;

    /**
     * With what the handshake said.
     *
     * @param sessionId {@code Aicc-Session-Id}
     * @param generation {@code Aicc-Generation}, or {@link Transcript#UNSAID}
     */
    TranscriptSocket(Transcripts transcripts, String sessionId, int generation) {
        this.transcripts = transcripts;
        this.transcript = transcripts.open(sessionId);
        this.generation = generation;
    }

    /** First of all: what we have. The worker sends everything after that. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof HandshakeComplete) {
            say(ctx, new ReceiverMessage.Resume(transcript.lastSeq(generation)));
        }
        super.userEventTriggered(ctx, event);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, TextWebSocketFrame frame) {
        Optional<Event> event;
        try {
            event = Event.parse(frame.text());
        } catch (JsonProcessingException e) {
            event = Optional.empty();
            tellOnce("event unreadable, ignored");
        }
        event.ifPresent(this::take);
    }

    private void take(Event event) {
        if (!event.sessionId().equals(transcript.sessionId())) {
            tellOnce("event of another session than the handshake's, ignored");
            return;
        }
        switch (transcripts.take(transcript, generation, event)) {
            // A duplicate is acknowledged too: it came because the worker does not know that we have it.
            case HELD, DUPLICATE -> ackDue = true;
            case SEEN -> {}
            case REFUSED -> tellOnce("transcript full, event refused");
        }
    }

    /** One acknowledgement for all that came together; it is cumulative. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (ackDue) {
            ackDue = false;
            long seq = transcript.lastSeq(generation);
            transcript.acknowledged(generation, seq);
            say(ctx, new ReceiverMessage.Ack(seq));
        }
        ctx.fireChannelReadComplete();
    }

    private static void say(ChannelHandlerContext ctx, ReceiverMessage message) {
        ctx.writeAndFlush(
                new TextWebSocketFrame(WireJson.mapper().valueToTree(message).toString()));
    }

    private void tellOnce(String what) {
        if (!nonsenseTold) {
            nonsenseTold = true;
            log.atWarn().addKeyValue("session_id", transcript.sessionId()).log(what);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.atDebug()
                .addKeyValue("session_id", transcript.sessionId())
                .setCause(cause)
                .log("worker's connection failed");
        ctx.close();
    }
}
