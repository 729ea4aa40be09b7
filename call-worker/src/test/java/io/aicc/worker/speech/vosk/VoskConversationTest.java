package io.aicc.worker.speech.vosk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.Codec;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.remote.Failure;
import io.aicc.worker.speech.remote.Failure.Kind;
import io.aicc.worker.speech.remote.RecognitionServer.Conversation;
import io.aicc.worker.speech.remote.RecognitionServer.Hearer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With a server that says what a test wants; how a real one answers is tested with one. */
class VoskConversationTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final HttpClient http = HttpClient.newHttpClient();
    private final Heard heard = new Heard();

    @AfterEach
    void stop() {
        http.shutdownNow();
        group.shutdownGracefully();
    }

    @Test
    void whatWasAnsweredToTheEndIsComplete() throws Exception {
        talk(channel -> {
            channel.write(new TextWebSocketFrame("{\"text\": \"good bye\"}"));
            channel.writeAndFlush(new CloseWebSocketFrame(1000, ""));
        });

        await().until(() -> heard.ended);
        assertThat(heard.texts).containsExactly("good bye");
        assertThat(heard.failures).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1011, 1012})
    void aServerThatGoesBeforeItsLastWordsHasFailed(int status) throws Exception {
        talk(channel -> channel.writeAndFlush(new CloseWebSocketFrame(status, "bye")));

        await().until(() -> !heard.failures.isEmpty());
        assertThat(heard.ended).isFalse();
        assertThat(heard.failures).extracting(Failure::kind).containsExactly(Kind.TRANSPORT);
    }

    @ParameterizedTest
    @CsvSource({"401, CONFIGURATION", "403, CONFIGURATION", "404, TRANSPORT", "429, QUOTA", "503, TRANSPORT"})
    void whoStandsInFrontOfTheServerIsUnderstood(int status, Kind kind) throws Exception {
        URI url = serve(new Refusal(status));
        VoskConversation.open(http, url, LIMIT, Codec.ULAW, 8_000, heard);

        await().until(() -> !heard.failures.isEmpty());
        assertThat(heard.failures).extracting(Failure::kind).containsExactly(kind);
    }

    /** A process that hangs, a proxy without a server: the kernel takes the connection, and nobody answers. */
    @Test
    void aHandshakeWithoutAnAnswerFails() throws Exception {
        URI url = serve();
        VoskConversation.open(http, url, Duration.ofMillis(50), Codec.ULAW, 8_000, heard);

        await().until(() -> !heard.failures.isEmpty());
        assertThat(heard.failures).extracting(Failure::kind).containsExactly(Kind.TRANSPORT);
    }

    /** Says something, ends, and has the server answer that so. */
    private void talk(Consumer<Channel> answer) throws Exception {
        URI url = serve(
                new WebSocketServerProtocolHandler("/", null, true), new SimpleChannelInboundHandler<WebSocketFrame>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
                        if (frame instanceof TextWebSocketFrame text
                                && text.text().contains("eof")) {
                            answer.accept(context.channel());
                        }
                    }
                });
        Conversation conversation = VoskConversation.open(http, url, LIMIT, Codec.ULAW, 8_000, heard);
        conversation.send(new byte[800]);
        conversation.endAudio();
    }

    private URI serve(io.netty.channel.ChannelHandler... handlers) throws InterruptedException {
        Channel listening = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 16));
                        channel.pipeline().addLast(handlers);
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        return URI.create("ws://127.0.0.1:" + ((InetSocketAddress) listening.localAddress()).getPort() + "/");
    }

    private static final class Refusal extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final int status;

        private Refusal(int status) {
            this.status = status;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            var answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
            answer.headers().set("content-length", 0);
            context.writeAndFlush(answer);
        }
    }

    private static final class Heard implements Hearer {
        private final List<String> texts = new CopyOnWriteArrayList<>();
        private final List<Failure> failures = new CopyOnWriteArrayList<>();
        private volatile boolean ended;

        @Override
        public void ready() {}

        @Override
        public void guessed(String text) {}

        @Override
        public void heard(Transcript transcript, long untilMs) {
            texts.add(transcript.text());
        }

        @Override
        public void ended() {
            ended = true;
        }

        @Override
        public void failed(Failure failure) {
            failures.add(failure);
        }
    }
}
