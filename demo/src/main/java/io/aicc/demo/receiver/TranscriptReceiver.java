package io.aicc.demo.receiver;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Takes transcripts on a WebSocket and shows them on a page, both on one port of 127.0.0.1. What it holds is in
 * {@link Transcripts} and survives {@link #stop()} and {@link #start()}, which keep the port.
 */
public final class TranscriptReceiver implements AutoCloseable {
    /** Where workers connect. */
    static final String PATH = "/transcripts";

    private static final int MAX_REQUEST_BYTES = 16 * 1024;

    private final Transcripts transcripts;
    private final TokenVerifier tokens;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private int port;
    private @Nullable MultiThreadIoEventLoopGroup group;

    /**
     * A receiver, not yet started.
     *
     * @param port 0 for any that is free
     * @param key that workers sign their tokens with, HS256
     */
    public TranscriptReceiver(int port, SecretKey key, Transcripts transcripts, InstantSource clock) {
        this.port = port;
        this.transcripts = transcripts;
        this.tokens = new TokenVerifier(key, clock);
    }

    /**
     * Opens the port.
     *
     * @throws IOException when it is somebody else's
     */
    public synchronized void start() throws IOException {
        if (group != null) {
            return;
        }
        // One thread, so that a page's snapshot and the events after it have no gap and no overlap.
        MultiThreadIoEventLoopGroup starting = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("receiver", true), NioIoHandler.newFactory());
        BrowserFeed feed = new BrowserFeed(transcripts, starting.next());
        try {
            Channel server = new ServerBootstrap()
                    .group(starting)
                    .channel(NioServerSocketChannel.class)
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel socket) {
                            channels.add(socket);
                            socket.pipeline()
                                    .addLast(
                                            new HttpServerCodec(),
                                            new HttpObjectAggregator(MAX_REQUEST_BYTES),
                                            new ReceiverRoutes(tokens, transcripts, feed));
                        }
                    })
                    .bind("127.0.0.1", port)
                    .syncUninterruptibly()
                    .channel();
            channels.add(server);
            port = ((InetSocketAddress) server.localAddress()).getPort();
            group = starting;
        } catch (Exception e) { // Netty throws what it does not declare
            feed.close();
            starting.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
            throw new IOException("port " + port + " of 127.0.0.1 cannot be opened: " + e.getMessage(), e);
        }
    }

    /** Closes the port and all connections, at once. */
    public synchronized void stop() {
        if (group != null) {
            channels.close().awaitUninterruptibly(); // an event loop that ends does not reliably close what it leaves
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
            group = null;
        }
    }

    /** What has been received. */
    public Transcripts transcripts() {
        return transcripts;
    }

    /** Where workers connect. */
    public synchronized URI transcriptsUrl() {
        return URI.create("ws://127.0.0.1:" + port + PATH);
    }

    /** The page. */
    public synchronized URI pageUrl() {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    @Override
    public void close() {
        stop();
    }
}
