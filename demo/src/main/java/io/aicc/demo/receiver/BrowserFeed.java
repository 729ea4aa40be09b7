package io.aicc.demo.receiver;

import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Server-sent events for the page: on connecting all that is held, then what comes. A browser that cannot follow is cut off;
 * it reconnects by itself and starts from what is held. All on the event loop.
 */
final class BrowserFeed implements AutoCloseable {
    private static final int MAX_BROWSERS = 32;
    private static final int MAX_CALLS = 40;
    private static final WriteBufferWaterMark PATIENCE = new WriteBufferWaterMark(1 << 20, 8 << 20);

    private final Transcripts transcripts;
    private final Set<Channel> browsers = new LinkedHashSet<>();
    private final TranscriptListener listener = (_, event) -> heard(event);

    BrowserFeed(Transcripts transcripts, EventLoop loop) {
        this.transcripts = transcripts;
        transcripts.addListener(listener);
        loop.terminationFuture().addListener(_ -> close());
        // Finds browsers that left without a word.
        var _ = loop.scheduleAtFixedRate(
                () -> List.copyOf(browsers).forEach(it -> send(it, ": here\n\n")), 10, 10, TimeUnit.SECONDS);
    }

    void add(ChannelHandlerContext ctx) {
        Channel browser = ctx.channel();
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("X-Content-Type-Options", "nosniff");
        HttpUtil.setTransferEncodingChunked(response, true);
        browser.config().setWriteBufferWaterMark(PATIENCE);
        browser.write(response);
        browsers.add(browser);
        browser.closeFuture().addListener(_ -> browsers.remove(browser));
        if (browsers.size() > MAX_BROWSERS) {
            browsers.iterator().next().close();
        }
        send(browser, "retry: 1000\nevent: hello\ndata: {}\n\n");
        List<Transcript> calls = transcripts.all();
        for (Transcript call : calls.subList(Math.max(0, calls.size() - MAX_CALLS), calls.size())) {
            call.events().forEach(event -> send(browser, message(event)));
            call.interims().forEach(event -> send(browser, message(event)));
        }
    }

    private void heard(Event event) {
        if (!browsers.isEmpty() && !(event.body() instanceof EventBody.Heartbeat)) {
            String message = message(event);
            List.copyOf(browsers).forEach(it -> send(it, message));
        }
    }

    /** JSON has no line ends in it, so an event is one line. */
    private static String message(Event event) {
        return "data: " + event.toJson() + "\n\n";
    }

    private static void send(Channel browser, String message) {
        if (browser.isWritable()) {
            browser.writeAndFlush(new DefaultHttpContent(Unpooled.copiedBuffer(message, StandardCharsets.UTF_8)));
        } else {
            browser.close();
        }
    }

    @Override
    public void close() {
        transcripts.removeListener(listener);
    }
}
