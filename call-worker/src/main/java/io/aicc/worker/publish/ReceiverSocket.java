package io.aicc.worker.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.aicc.runtime.Tasks;
import io.aicc.wire.WireJson;
import io.aicc.wire.event.ReceiverMessage;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket to a receiver, from the look-up of its name to its end. All methods and all calls to the listener happen on
 * the event loop.
 */
final class ReceiverSocket {
    /** A receiver says {@code ack} and {@code resume}: some 40 bytes. */
    private static final int MAX_REPLY_BYTES = 4096;

    /** Answers to pings that may wait for a receiver that does not read; one pings every few seconds. */
    private static final int MAX_UNREAD_PONGS = 16;

    /** What a receiver may say at once, pings among it, besides an answer to every event. */
    static final int MOST_UNASKED = 2 * ReceiverConnection.WINDOW;

    private static final long NANOS_PER_UNASKED = 10_000_000; // 100 a second

    private static final WriteBufferWaterMark IN_MEMORY = new WriteBufferWaterMark(32 * 1024, 64 * 1024);
    private static final String SESSION_HEADER = "Aicc-Session-Id";
    private static final String GENERATION_HEADER = "Aicc-Generation";

    private final EventLoop loop;
    private final Destination destination;
    private final TokenIssuer.Token token;
    private final Listener listener;
    private final ChannelGroup channels;
    private @Nullable Channel channel;
    private @Nullable Throwable failure;
    private @Nullable Parting parting;
    private boolean resumed;
    private boolean closed;
    private int unanswered;
    private long openedAt;
    private long heardAt;
    private long pingedAt;

    /** Is told what happens to a socket. */
    interface Listener {
        void opened(ReceiverSocket socket);

        void said(ReceiverSocket socket, ReceiverMessage message);

        void saidNonsense(ReceiverSocket socket);

        void writable(ReceiverSocket socket);

        /** The end, exactly once unless we closed it ourselves. */
        void closed(ReceiverSocket socket, Parting parting);
    }

    /** @param channels takes this socket's channel in for as long as it is open */
    ReceiverSocket(
            EventLoop loop,
            ChannelGroup channels,
            Destination destination,
            TokenIssuer.Token token,
            Listener listener) {
        this.loop = loop;
        this.channels = channels;
        this.destination = destination;
        this.token = token;
        this.listener = listener;
    }

    /** Looks the name up beside the event loop, which a slow name server must not hold up, and connects. */
    void open(SessionIdentity session, Route route, DeliveryTiming timing, Tasks tasks) {
        InetSocketAddress first = route.firstHop(destination);
        Thread unused = tasks.start("resolve-" + destination.name(), () -> {
            try {
                InetAddress address = InetAddress.getByName(first.getHostString());
                loop.execute(() -> connect(new InetSocketAddress(address, first.getPort()), session, route, timing));
            } catch (UnknownHostException e) {
                loop.execute(() -> end(e));
            } catch (RejectedExecutionException _) {
                // The publisher was closed meanwhile: nobody waits for this name any more.
            }
        });
    }

    private void connect(InetSocketAddress address, SessionIdentity session, Route route, DeliveryTiming timing) {
        if (closed) {
            return;
        }
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        timing.connect().toMillis())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, IN_MEMORY)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel socket) {
                        fill(socket, address, session, route, timing);
                    }
                });
        // Through a proxy the receiver's name is for the proxy to look up.
        var connecting = route.isDirect()
                ? bootstrap.connect(address)
                : bootstrap
                        .resolver(NoopAddressResolverGroup.INSTANCE)
                        .connect(InetSocketAddress.createUnresolved(
                                destination.url().getHost(), destination.port()));
        channel = connecting.channel();
        channels.add(channel);
        connecting.addListener(future -> {
            if (!future.isSuccess()) {
                end(future.cause());
            } else if (connecting.channel().localAddress().equals(address)) {
                // A port on this machine that nobody listens on can be given to us as our own end (RFC 9293,
                // simultaneous
                // open): holding it would keep the receiver from coming back.
                failure = new IOException("nobody listens on " + address);
                connecting.channel().close();
            }
        });
    }

    private void fill(
            SocketChannel socket, InetSocketAddress hop, SessionIdentity session, Route route, DeliveryTiming timing) {
        var pipeline = socket.pipeline();
        if (!route.isDirect()) {
            HttpProxyHandler proxy = new HttpProxyHandler(hop);
            proxy.setConnectTimeoutMillis(timing.connect().toMillis());
            pipeline.addLast(proxy);
        }
        if (route.tls() != null) {
            SslHandler handler =
                    route.tls().newHandler(socket.alloc(), destination.url().getHost(), destination.port());
            handler.setHandshakeTimeoutMillis(timing.connect().toMillis());
            pipeline.addLast(handler);
        }
        HttpHeaders headers = new DefaultHttpHeaders()
                .set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token.value())
                .set(SESSION_HEADER, session.sessionId())
                .set(GENERATION_HEADER, session.generation());
        WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(destination.url())
                .customHeaders(headers)
                .maxFramePayloadLength(MAX_REPLY_BYTES)
                .handshakeTimeoutMillis(timing.connect().toMillis())
                .dropPongFrames(false)
                .handleCloseFrames(false)
                .build();
        pipeline.addLast(
                new HttpClientCodec(),
                new HttpObjectAggregator(8 * 1024),
                new TalkLimit(),
                new WebSocketClientProtocolHandler(config),
                new WebSocketFrameAggregator(MAX_REPLY_BYTES),
                new Replies());
    }

    /**
     * Leaves a receiver that says much more than it is told, for reading it takes time from the others; and one that pings without
     * reading, for the handler behind this one answers every ping and would fill our memory.
     */
    private final class TalkLimit extends ChannelInboundHandlerAdapter {
        private int unreadPongs;
        private long unaskedUntil = System.nanoTime();
        private boolean left;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!(message instanceof WebSocketFrame frame)) {
                ctx.fireChannelRead(message);
                return;
            }
            if (left) {
                frame.release();
            } else if (isUnread(ctx, frame)) {
                leave(ctx, frame, "receiver pings and does not read");
            } else if (isTooMuch()) {
                leave(ctx, frame, "receiver talks without end");
            } else {
                ctx.fireChannelRead(frame);
            }
        }

        private boolean isUnread(ChannelHandlerContext ctx, WebSocketFrame frame) {
            if (frame instanceof PingWebSocketFrame) {
                unreadPongs = ctx.channel().isWritable() ? 0 : unreadPongs + 1;
            }
            return unreadPongs > MAX_UNREAD_PONGS;
        }

        private boolean isTooMuch() {
            if (unanswered > 0) {
                unanswered--;
                return false;
            }
            long now = System.nanoTime();
            long ahead = Math.max(0, unaskedUntil - now) + NANOS_PER_UNASKED;
            unaskedUntil = now + ahead;
            return ahead > MOST_UNASKED * NANOS_PER_UNASKED;
        }

        private void leave(ChannelHandlerContext ctx, WebSocketFrame frame, String why) {
            left = true;
            frame.release();
            if (ctx.channel().isActive()) {
                listener.saidNonsense(ReceiverSocket.this);
                parting = Parting.left(why);
                ctx.close();
            }
        }
    }

    /** Hears the receiver. */
    private final class Replies extends SimpleChannelInboundHandler<WebSocketFrame> {
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
            if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
                openedAt = heardAt = pingedAt = System.nanoTime();
                listener.opened(ReceiverSocket.this);
            }
            super.userEventTriggered(ctx, event);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
            heardAt = System.nanoTime();
            switch (frame) {
                case TextWebSocketFrame text -> read(text.text());
                case PongWebSocketFrame _ -> {}
                case CloseWebSocketFrame goodbye -> {
                    parting = Parting.closedWith(goodbye.statusCode());
                    ctx.writeAndFlush(goodbye.retain()).addListener(ChannelFutureListener.CLOSE);
                }
                default -> listener.saidNonsense(ReceiverSocket.this);
            }
        }

        private void read(String json) {
            ReceiverMessage message = null;
            try {
                message = WireJson.mapper().readValue(json, ReceiverMessage.class);
            } catch (JsonProcessingException _) {
                // Counted below, like the JSON word null.
            }
            if (message == null) {
                listener.saidNonsense(ReceiverSocket.this);
            } else {
                listener.said(ReceiverSocket.this, message);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (ctx.channel().isWritable()) {
                // Not from within the flush that made room, and after what else waits for the loop.
                loop.execute(() -> listener.writable(ReceiverSocket.this));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (openedAt != 0 && cause instanceof CodecException) {
                listener.saidNonsense(ReceiverSocket.this);
            }
            failure = cause;
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            end(failure);
        }
    }

    private void end(@Nullable Throwable cause) {
        if (!closed) {
            closed = true;
            listener.closed(this, parting != null ? parting : Parting.of(cause));
        }
    }

    boolean isWritable() {
        return channel != null && channel.isWritable();
    }

    /** Writes one event; {@code onWritten} runs when the kernel has taken it. */
    void write(byte[] json, Runnable onWritten) {
        if (channel != null) {
            unanswered++;
            channel.write(new TextWebSocketFrame(Unpooled.wrappedBuffer(json))).addListener(future -> {
                if (future.isSuccess()) {
                    onWritten.run();
                }
            });
        }
    }

    void flush() {
        if (channel != null) {
            channel.flush();
        }
    }

    /** Asks whether the other side is there when it is time; gives up on one that has been deaf for too long. */
    void probe(DeliveryTiming timing) {
        if (channel == null || openedAt == 0) {
            return;
        }
        long now = System.nanoTime();
        if (now - heardAt > timing.deaf().toNanos()) {
            failure = new IOException("receiver silent for " + timing.deaf().toMillis() + " ms");
            channel.close();
        } else if (now - pingedAt > timing.ping().toNanos()) {
            pingedAt = now;
            channel.writeAndFlush(new PingWebSocketFrame());
        }
    }

    /** The receiver's first {@code resume} on this connection counts, others do not. */
    boolean firstResume() {
        boolean first = !resumed;
        resumed = true;
        return first;
    }

    boolean livedLongerThan(Duration duration) {
        return openedAt != 0 && System.nanoTime() - openedAt > duration.toNanos();
    }

    TokenIssuer.Token token() {
        return token;
    }

    /** Ends it in good manners after what was written; the listener is not told. */
    void close() {
        closed = true;
        if (channel == null) {
            return;
        }
        if (openedAt != 0 && channel.isActive()) {
            Channel open = channel;
            open.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
                    .addListener(_ -> open.close());
        } else {
            channel.close();
        }
    }
}
