package io.aicc.demo.receiver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who asks for what: workers for {@code /transcripts}, people for the page. */
final class ReceiverRoutes extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger log = LoggerFactory.getLogger(ReceiverRoutes.class);

    /** The longest event; see {@code docs/events.md}. */
    private static final int MAX_EVENT_BYTES = 256 * 1024;

    /** One of the close codes that nobody has taken; docs/events.md says what the worker makes of it. */
    private static final int EXPIRED = 4401;

    private static final String SESSION_HEADER = "Aicc-Session-Id";
    private static final String GENERATION_HEADER = "Aicc-Generation";
    private static final Pattern GENERATION = Pattern.compile("[1-9][0-9]{0,8}");
    private static final Set<String> OWN_NAMES = Set.of("127.0.0.1", "localhost");

    private final TokenVerifier tokens;
    private final Transcripts transcripts;
    private final BrowserFeed feed;

    ReceiverRoutes(TokenVerifier tokens, Transcripts transcripts, BrowserFeed feed) {
        this.tokens = tokens;
        this.transcripts = transcripts;
        this.feed = feed;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        String path = new QueryStringDecoder(request.uri()).rawPath();
        if (path.equals(TranscriptReceiver.PATH)) {
            welcomeWorker(ctx, request);
        } else if (!isForUs(request.headers().get(HttpHeaderNames.HOST))) {
            // A foreign name that leads here is another site's attempt to read along in somebody's browser.
            answer(
                    ctx,
                    request,
                    text(HttpResponseStatus.FORBIDDEN, "open this page as http://localhost or http://127.0.0.1"));
        } else if (!request.method().equals(HttpMethod.GET)) {
            answer(ctx, request, text(HttpResponseStatus.METHOD_NOT_ALLOWED, "GET only"));
        } else if (path.equals("/")) {
            answer(ctx, request, Page.response());
        } else if (path.equals("/events")) {
            feed.add(ctx);
        } else {
            answer(ctx, request, text(HttpResponseStatus.NOT_FOUND, "here are / and " + TranscriptReceiver.PATH));
        }
    }

    private void welcomeWorker(ChannelHandlerContext ctx, FullHttpRequest request) {
        var client = tokens.clientOf(request.headers().get(HttpHeaderNames.AUTHORIZATION));
        String sessionId = request.headers().get(SESSION_HEADER);
        String generation = request.headers().get(GENERATION_HEADER);
        if (client.isEmpty()) {
            log.atWarn().log("worker without a valid token turned away");
            FullHttpResponse refusal = text(HttpResponseStatus.UNAUTHORIZED, "a token signed with our key is needed");
            refusal.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
            answer(ctx, request, refusal);
        } else if (sessionId == null || sessionId.isEmpty() || sessionId.length() > 200) {
            answer(
                    ctx,
                    request,
                    text(HttpResponseStatus.BAD_REQUEST, SESSION_HEADER + ": expected 1 to 200 characters"));
        } else if (generation != null && !GENERATION.matcher(generation).matches()) {
            answer(ctx, request, text(HttpResponseStatus.BAD_REQUEST, GENERATION_HEADER + ": expected 1 or more"));
        } else {
            WebSocketServerProtocolConfig config = WebSocketServerProtocolConfig.newBuilder()
                    .websocketPath(TranscriptReceiver.PATH)
                    .maxFramePayloadLength(MAX_EVENT_BYTES)
                    .build();
            ctx.pipeline()
                    .addLast(
                            new WebSocketServerProtocolHandler(config),
                            new WebSocketFrameAggregator(MAX_EVENT_BYTES),
                            new TranscriptSocket(
                                    transcripts,
                                    sessionId,
                                    generation == null ? Transcript.UNSAID : Integer.parseInt(generation)));
            ctx.fireChannelRead(request.retain());
            ctx.pipeline().remove(this);
            var unused = ctx.executor()
                    .schedule(
                            () -> endExpired(ctx.channel()), client.get().left().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** By then the worker has come back with another token, and closed this connection itself. */
    private static void endExpired(Channel connection) {
        if (connection.isActive()) {
            connection
                    .writeAndFlush(new CloseWebSocketFrame(EXPIRED, "token expired"))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    private static boolean isForUs(@Nullable String host) {
        return host != null && OWN_NAMES.contains(host.replaceFirst(":\\d+$", ""));
    }

    private static FullHttpResponse text(HttpResponseStatus status, String message) {
        ByteBuf body = Unpooled.copiedBuffer(message + "\n", StandardCharsets.UTF_8);
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        return response;
    }

    private static void answer(ChannelHandlerContext ctx, FullHttpRequest request, FullHttpResponse response) {
        if (!ctx.channel().isWritable()) {
            // Asks on without reading the answers, which would wait in our memory.
            response.release();
            ctx.close();
            return;
        }
        HttpUtil.setContentLength(response, response.content().readableBytes());
        response.headers().set("X-Content-Type-Options", "nosniff");
        boolean keep = HttpUtil.isKeepAlive(request) && response.status().code() < 400;
        HttpUtil.setKeepAlive(response, keep);
        var written = ctx.writeAndFlush(response);
        if (!keep) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.atDebug().setCause(cause).log("connection failed");
        ctx.close();
    }
}
