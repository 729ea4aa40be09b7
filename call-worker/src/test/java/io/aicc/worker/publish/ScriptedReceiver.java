package io.aicc.worker.publish;

import static org.awaitility.Awaitility.await;

import io.aicc.wire.event.Event;
import io.aicc.wire.event.EventBody;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A real WebSocket server that behaves as a test tells it to, and remembers everything. */
public class ScriptedReceiver implements AutoCloseable {
    private final List<Event> received = new CopyOnWriteArrayList<>();
    private final List<HttpHeaders> handshakes = new CopyOnWriteArrayList<>();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Script script;
    private final @Nullable SslContext tls;
    private volatile int refuseWith;
    private volatile String retryAfter = "";
    private ChannelGroup listening = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private int port;
    private @Nullable MultiThreadIoEventLoopGroup group;

    /** What it does. */
    public interface Script {
        default void opened(ScriptedReceiver receiver, Channel connection) {}

        default void heard(ScriptedReceiver receiver, Channel connection, Event event) {}
    }

    public ScriptedReceiver(Script script) {
        this(script, null);
    }

    ScriptedReceiver(Script script, @Nullable SslContext tls) {
        this.script = script;
        this.tls = tls;
    }

    /** Says nothing, ever. */
    static Script silent() {
        return new Script() {};
    }

    /** Says what it has, and acknowledges every event; of one worker, for it keeps one place. */
    public static Script dutiful() {
        return new Script() {
            @Override
            public void opened(ScriptedReceiver receiver, Channel connection) {
                say(connection, "{\"type\":\"resume\",\"last_seq\":" + receiver.lastDurable() + "}");
            }

            @Override
            public void heard(ScriptedReceiver receiver, Channel connection, Event event) {
                say(connection, "{\"type\":\"ack\",\"seq\":" + event.seq() + "}");
            }
        };
    }

    /** Acknowledges these, and never says what it has. */
    static Script acking(LongPredicate which) {
        return new Script() {
            @Override
            public void heard(ScriptedReceiver receiver, Channel connection, Event event) {
                if (which.test(event.seq())) {
                    say(connection, "{\"type\":\"ack\",\"seq\":" + event.seq() + "}");
                }
            }
        };
    }

    /** Reads no second event before it is woken. */
    static Script asleepUntil(CountDownLatch woken) {
        return new Script() {
            @Override
            public void heard(ScriptedReceiver receiver, Channel connection, Event event) {
                try {
                    woken.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }

    public static void say(Channel connection, String text) {
        connection.writeAndFlush(new TextWebSocketFrame(text));
    }

    /** Opens the port, the same one every time; a closed port is anybody's, so it may take a moment to get it back. */
    public ScriptedReceiver start() {
        await().until(this::open);
        return this;
    }

    private boolean open() {
        MultiThreadIoEventLoopGroup starting = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        group = starting;
        ChannelFuture bound = new ServerBootstrap()
                .group(starting)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel socket) {
                        if (tls != null) {
                            socket.pipeline().addLast(tls.newHandler(socket.alloc()));
                        }
                        socket.pipeline()
                                .addLast(
                                        new HttpServerCodec(),
                                        new HttpObjectAggregator(65536),
                                        new Door(),
                                        new WebSocketServerProtocolHandler("/in", null, false, 1 << 20),
                                        new Frames());
                    }
                })
                .bind("127.0.0.1", port)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            stop();
            return false;
        }
        listening.add(bound.channel());
        port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
        return true;
    }

    void stop() {
        if (group != null) {
            connections.close().awaitUninterruptibly();
            listening.close().awaitUninterruptibly(); // an event loop that ends does not reliably close what it leaves
            listening = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
            group = null;
        }
    }

    void dropConnections() {
        connections.close();
    }

    /** Answers every handshake so; 0: lets in. */
    void refuseWith(int status) {
        refuseWith = status;
    }

    /** Refuses, and says when to come back. */
    void refuseWith(int status, String after) {
        retryAfter = after;
        refuseWith = status;
    }

    public URI url() {
        return URI.create((tls == null ? "ws" : "wss") + "://127.0.0.1:" + port + "/in");
    }

    List<HttpHeaders> handshakes() {
        return handshakes;
    }

    public List<Event> received() {
        return received;
    }

    Stream<Event> durable() {
        return received.stream().filter(event -> event.body().durable());
    }

    /** What it was told in finals. */
    List<String> texts() {
        return durable()
                .map(Event::body)
                .filter(EventBody.TranscriptFinal.class::isInstance)
                .map(it -> ((EventBody.TranscriptFinal) it).text())
                .toList();
    }

    /** The last event, which has to be the call's end. */
    EventBody.SessionEnded ending() {
        return (EventBody.SessionEnded) received.getLast().body();
    }

    long lastDurable() {
        return durable().mapToLong(Event::seq).max().orElse(0);
    }

    private final class Door extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof FullHttpRequest request) {
                handshakes.add(request.headers().copy());
                if (refuseWith != 0) {
                    request.release();
                    var answer = new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(refuseWith), Unpooled.EMPTY_BUFFER);
                    if (!retryAfter.isEmpty()) {
                        answer.headers().set(HttpHeaderNames.RETRY_AFTER, retryAfter);
                    }
                    ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
                    return;
                }
            }
            ctx.fireChannelRead(message);
        }
    }

    private final class Frames extends SimpleChannelInboundHandler<TextWebSocketFrame> {
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof WebSocketServerProtocolHandler.HandshakeComplete) {
                connections.add(ctx.channel());
                script.opened(ScriptedReceiver.this, ctx.channel());
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, TextWebSocketFrame frame) throws Exception {
            Event event = Event.parse(frame.text()).orElseThrow();
            received.add(event);
            script.heard(ScriptedReceiver.this, ctx.channel(), event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
