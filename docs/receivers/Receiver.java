import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jsonwebtoken.Claims;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.Jwts;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.crypto.spec.SecretKeySpec;

/**
 * A receiver of transcripts that keeps them in files. From the top of the source tree, after ./aicc demo has built:
 * {@code java -cp "$(cat demo/target/classpath)" docs/receivers/Receiver.java PORT KEY_FILE FOLDER}.
 * Needs netty-codec-http, jjwt and jackson-databind. {@code RECEIVER_ADDRESS}: where it listens, 127.0.0.1 unless told.
 * {@code RECEIVER_CLIENT_ID}: the one client that is let in; any unless told.
 */
public final class Receiver {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Set<String> NOT_DURABLE = Set.of("transcript.interim", "heartbeat");

    private final JwtParser tokens;
    private final String clientId; // null: any
    private final Path folder;
    private final Map<String, Part> parts = new HashMap<>(); // one thread, see main

    Receiver(JwtParser tokens, String clientId, Path folder) {
        this.tokens = tokens;
        this.clientId = clientId;
        this.folder = folder;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> environment = System.getenv();
        Receiver receiver = new Receiver(
                tokens(Files.readAllBytes(Path.of(arguments[1]))),
                environment.get("RECEIVER_CLIENT_ID"),
                Path.of(arguments[2]));
        new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec(), new HttpObjectAggregator(16_384), receiver.new Door());
                    }
                })
                .bind(environment.getOrDefault("RECEIVER_ADDRESS", "127.0.0.1"), Integer.parseInt(arguments[0]))
                .sync();
    }

    /** With a public key only its kind of signature gets in, with a shared one only HMAC: the parser sees to that. */
    private static JwtParser tokens(byte[] key) throws GeneralSecurityException {
        String text = new String(key, StandardCharsets.ISO_8859_1);
        if (!text.contains("BEGIN PUBLIC KEY")) {
            return Jwts.parser().verifyWith(new SecretKeySpec(key, "HmacSHA256")).clockSkewSeconds(10).build();
        }
        byte[] x509 = Base64.getMimeDecoder().decode(text.replaceAll("-----[A-Z ]+-----", ""));
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                PublicKey own = KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(x509));
                return Jwts.parser().verifyWith(own).clockSkewSeconds(10).build();
            } catch (java.security.spec.InvalidKeySpecException another) {
                // not of that kind
            }
        }
        throw new GeneralSecurityException("a public key of RSA, EC or Ed25519 is needed");
    }

    /** Lets in who has a token. */
    private final class Door extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) throws IOException {
            String name = request.headers().get("Aicc-Session-Id", "");
            String generation = request.headers().get("Aicc-Generation");
            if (generation != null) { // workers one release older do not say it
                name += "." + generation;
            }
            HttpResponseStatus refusal = refusal(request.headers().get(HttpHeaderNames.AUTHORIZATION, ""), name);
            if (refusal != null) {
                ctx.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, refusal, Unpooled.EMPTY_BUFFER))
                        .addListener(ChannelFutureListener.CLOSE);
                return;
            }
            Part part = enter(name);
            ctx.channel().closeFuture().addListener(closed -> leave(part));
            ctx.pipeline()
                    .addLast(
                            new WebSocketServerProtocolHandler("/transcripts", null, false, 256 * 1024),
                            new WebSocketFrameAggregator(256 * 1024),
                            new Events(part));
            ctx.fireChannelRead(request.retain());
            ctx.pipeline().remove(this);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        private Part enter(String name) throws IOException {
            Part part = parts.get(name);
            if (part == null) {
                part = new Part(folder, name);
                parts.put(name, part);
            }
            part.connections++;
            return part;
        }

        /** With its last connection a part is forgotten: who comes back is answered from the file. */
        private void leave(Part part) throws IOException {
            if (--part.connections == 0) {
                parts.remove(part.name);
                part.file.close();
            }
        }

        private HttpResponseStatus refusal(String authorization, String name) {
            try {
                Claims claims = tokens.parseSignedClaims(authorization.replaceFirst("^Bearer ", ""))
                        .getPayload();
                Object client = claims.get("client_id");
                boolean may = claims.getExpiration() != null
                        && client != null
                        && (clientId == null || clientId.equals(client))
                        && claims.get("permissions") instanceof Collection<?> permissions
                        && permissions.contains("send_transcripts");
                return may && name.matches("[A-Za-z0-9-]{1,64}(\\.[0-9]{1,9})?") ? null : HttpResponseStatus.FORBIDDEN;
            } catch (JwtException | IllegalArgumentException e) {
                return HttpResponseStatus.UNAUTHORIZED;
            }
        }
    }

    /** Says what we have, takes what comes, acknowledges what is on disk. */
    private static final class Events extends SimpleChannelInboundHandler<TextWebSocketFrame> {
        private final Part part;
        private boolean failed;

        Events(Part part) {
            this.part = part;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof HandshakeComplete) {
                say(ctx, Map.of("type", "resume", "last_seq", part.last));
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, TextWebSocketFrame frame) throws IOException {
            if (!failed) { // what came together with an event that was not kept would acknowledge that one too
                part.take(JSON.readTree(frame.text()));
            }
        }

        /** What is not kept is not acknowledged: the worker comes back with it. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failed = true;
            ctx.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.TRY_AGAIN_LATER));
            ctx.executor().schedule(() -> ctx.close(), 10, TimeUnit.SECONDS); // should it not answer
        }

        /** One acknowledgement for all that came together; it is cumulative. */
        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (!failed) {
                say(ctx, Map.of("type", "ack", "seq", part.last));
            }
        }

        private static void say(ChannelHandlerContext ctx, Map<String, Object> message) {
            ctx.writeAndFlush(new TextWebSocketFrame(JSON.valueToTree(message).toString()));
        }
    }

    /**
     * The durable events of one worker of a session, one on each line of a file. Each numbers and counts its own, and one that was
     * replaced may come after the next.
     */
    private static final class Part {
        private final String name;
        private final RandomAccessFile file;
        private long whole; // bytes of the file that are whole lines
        private long last;
        private long sinceStart;
        private int connections;

        Part(Path folder, String name) throws IOException {
            this.name = name;
            file = new RandomAccessFile(folder.resolve(name + ".jsonl").toFile(), "rwd");
            byte[] held = new byte[(int) file.length()];
            file.readFully(held);
            int begin = 0;
            for (int i = 0; i < held.length; i++) {
                if (held[i] == '\n') {
                    JsonNode event = read(held, begin, i - begin);
                    if (event == null) {
                        break;
                    }
                    count(event);
                    begin = i + 1;
                }
            }
            whole = begin; // a crash may have left half a line after it, which was never acknowledged
            file.setLength(whole);
        }

        /** Null: that is no event. */
        private static JsonNode read(byte[] held, int begin, int length) throws IOException {
            try {
                JsonNode event = JSON.readTree(held, begin, length);
                return event.hasNonNull("type") && event.hasNonNull("seq") ? event : null;
            } catch (JsonProcessingException e) {
                return null;
            }
        }

        /** A type that we do not know is durable. */
        void take(JsonNode event) throws IOException {
            if (!event.hasNonNull("type") || !event.hasNonNull("seq")) {
                throw new IOException("no event");
            }
            if (NOT_DURABLE.contains(event.get("type").asText()) || event.get("seq").asLong() <= last) {
                return;
            }
            byte[] line = (event + "\n").getBytes(StandardCharsets.UTF_8);
            try {
                file.seek(whole);
                file.write(line);
            } catch (IOException e) {
                file.setLength(whole);
                throw e;
            }
            whole += line.length;
            count(event);
            if (event.get("type").asText().equals("session.ended")) {
                boolean complete = event.get("durable_events").asLong() == sinceStart
                        && event.get("outbox_dropped").asLong() == 0;
                System.out.println(name + (complete ? " complete" : " INCOMPLETE"));
            }
        }

        private void count(JsonNode event) {
            last = event.get("seq").asLong();
            sinceStart = event.get("type").asText().equals("session.started") ? 1 : sinceStart + 1;
        }
    }
}
