package io.aicc.operator.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.aicc.wire.WireJson;
import io.aicc.wire.control.WorkerReport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to one worker for as long as it is open: connects, takes a report a line, connects again when the stream breaks or
 * falls silent. All of it on one event loop, which many streams share: there are thousands of them, and each is open all the
 * time.
 */
final class ReportStream implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ReportStream.class);

    /** A report is below 1 kB; a line longer than this is not one. */
    static final int MAX_LINE_BYTES = 4 * 1024;

    /** Reports come once a second: this many are missing when a stream counts as dead. */
    static final Duration SILENCE = Duration.ofSeconds(5);

    /**
     * So much is read at once, and so long is the time from one reading to the next at least: a worker that never stops talking
     * must not keep the event loop from all others. Reports come at each change, a few of a kind at once.
     */
    private static final int READ_BYTES = 2048;

    private static final Duration BREATH = Duration.ofMillis(10);

    /** What a worker says when it refuses is shorter. */
    private static final int MAX_REFUSAL_CHARS = 4096;

    /** A stream that breaks sooner after its first report is as bad as none: its worker may be broken, and begin like this each time. */
    private static final Duration HELD = Duration.ofSeconds(3);

    private static final long FIRST_PAUSE_MS = 25;
    private static final long LONGEST_PAUSE_MS = 1_000;

    /** While a worker's process may be on its way: two people speak, and it hears them without knowing that they are its call. */
    private static final long RESTART_PAUSE_MS = 200;

    /** The kubelet starts a container again at once, and after ten seconds if that was not the first time. */
    private static final Duration RESTART = Duration.ofSeconds(15);

    private final WorkerDoor door;
    private final EventLoop loop;
    private final InstantSource clock;
    private final Consumer<WorkerReport> listener;
    private final LostReports lost;
    private volatile boolean closed;
    private volatile boolean open;
    private final AtomicInteger begun = new AtomicInteger();
    private volatile Instant lastHeard = Instant.MIN;
    private volatile @Nullable Channel channel;

    // On the event loop only.
    private int failures;
    private @Nullable Instant firstReport;
    private @Nullable Instant brokenSince;
    private boolean refusalTold;
    private boolean nonsenseTold;

    ReportStream(
            WorkerDoor door, EventLoop loop, InstantSource clock, Consumer<WorkerReport> listener, LostReports lost) {
        this.door = door;
        this.loop = loop;
        this.clock = clock;
        this.listener = listener;
        this.lost = lost;
    }

    /** Begins to listen, and goes on until it is closed or its event loop is. */
    void open(Duration after) {
        var unused = loop.schedule(this::connect, after.toNanos(), TimeUnit.NANOSECONDS);
    }

    boolean heard() {
        return open && !clock.instant().isAfter(lastHeard.plus(SILENCE));
    }

    /** How often a worker has begun to report. */
    int begun() {
        return begun.get();
    }

    @Override
    public void close() {
        closed = true;
        Channel connected = channel;
        if (connected != null) {
            connected.close();
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) WorkerDoor.TIMEOUT.toMillis())
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel made) {
                        made.pipeline()
                                .addLast(new Breath())
                                .addLast(new ReadTimeoutHandler(SILENCE.toMillis(), TimeUnit.MILLISECONDS))
                                .addLast(new HttpClientCodec())
                                .addLast(new Response())
                                .addLast(new LineBasedFrameDecoder(MAX_LINE_BYTES, true, true))
                                .addLast(new Reports());
                    }
                })
                .connect(door.address().host(), door.address().port());
        channel = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                again();
            } else if (closed) {
                connecting.channel().close();
            }
        });
    }

    private void again() {
        open = false;
        if (closed || loop.isShuttingDown()) {
            return;
        }
        Instant now = clock.instant();
        boolean held = firstReport != null && !now.isBefore(firstReport.plus(HELD));
        Instant since = held || brokenSince == null ? now : brokenSince;
        brokenSince = since;
        failures = held ? 0 : failures + 1;
        firstReport = null;
        long longest = now.isBefore(since.plus(RESTART)) ? RESTART_PAUSE_MS : LONGEST_PAUSE_MS;
        long pauseMs = Math.min(longest, FIRST_PAUSE_MS << Math.min(failures, 10));
        // Jitter: after a restart we must not knock at every worker in step.
        long jittered = pauseMs / 2 + ThreadLocalRandom.current().nextLong(pauseMs);
        var unused = loop.schedule(this::connect, jittered, TimeUnit.MILLISECONDS);
    }

    private void unreadable(String problem) {
        lost.unreadable().increment();
        if (!nonsenseTold) {
            nonsenseTold = true;
            log.atWarn()
                    .addKeyValue("pod_uid", door.address().podUid())
                    .addKeyValue("problem", problem)
                    .log("worker report is not readable, connecting again; others of this worker are only counted");
        }
    }

    private void refused(HttpResponseStatus status, String body) {
        if (!refusalTold) {
            refusalTold = true;
            log.atError()
                    .addKeyValue("pod_uid", door.address().podUid())
                    .addKeyValue("status", status.code())
                    .addKeyValue("reason", HttpWorkerChannel.reason(body))
                    .log("worker refuses to report to us");
        }
    }

    /**
     * Has the socket read, once a {@link #BREATH} at the most; at once when the last time is longer ago. Nobody else does: Netty
     * itself would go on for as long as there is something to read.
     */
    private static final class Breath extends ChannelDuplexHandler {
        private long notBefore = System.nanoTime();
        private boolean waiting;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.fireChannelActive();
            read(context);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.fireChannelReadComplete();
            read(context);
        }

        @Override
        public void read(ChannelHandlerContext context) {
            long early = notBefore - System.nanoTime();
            if (waiting) {
                return;
            }
            if (early <= 0) {
                readNow(context);
            } else {
                waiting = true;
                var unused = context.executor().schedule(() -> readNow(context), early, TimeUnit.NANOSECONDS);
            }
        }

        private void readNow(ChannelHandlerContext context) {
            waiting = false;
            notBefore = System.nanoTime() + BREATH.toNanos();
            context.read();
        }
    }

    /** Asks for reports, and passes on what comes of them; any other answer is a refusal. */
    private final class Response extends ChannelInboundHandlerAdapter {
        private HttpResponseStatus status = HttpResponseStatus.OK;
        private final StringBuilder refusal = new StringBuilder();

        @Override
        public void channelActive(ChannelHandlerContext context) {
            URI uri = door.address().uri("/v1/reports");
            var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, uri.getRawPath());
            request.headers()
                    .set(HttpHeaderNames.HOST, uri.getRawAuthority())
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                    .set(HttpHeaderNames.AUTHORIZATION, "Bearer " + door.token().valid());
            context.writeAndFlush(request);
            context.fireChannelActive();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            HttpObject part = (HttpObject) message;
            if (part instanceof HttpResponse response) {
                status = response.status();
                if (reports() && part.decoderResult().isSuccess()) {
                    begun.incrementAndGet();
                    lastHeard = Instant.MIN; // An answer is no report, and its first one comes at once.
                    open = true;
                }
            }
            if (part instanceof HttpContent content) {
                if (reports()) {
                    context.fireChannelRead(content.content());
                } else {
                    refusal.append(content.content().toString(StandardCharsets.UTF_8));
                    content.release();
                }
            }
            boolean informational = status.code() < 200; // We asked for none, and they could come for ever.
            if (part.decoderResult().isFailure()
                    || part instanceof LastHttpContent
                    || informational
                    || refusal.length() > MAX_REFUSAL_CHARS) {
                context.close();
            }
        }

        private boolean reports() {
            return status.equals(HttpResponseStatus.OK);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            context.fireChannelInactive();
            if (!reports()) {
                refused(status, refusal.toString());
            }
            again();
        }
    }

    private final class Reports extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf line) {
            if (closed || !open) {
                return;
            }
            try {
                WorkerReport report = WireJson.read(line.toString(StandardCharsets.UTF_8), WorkerReport.class);
                Instant now = clock.instant();
                lastHeard = now;
                firstReport = firstReport == null ? now : firstReport;
                take(report);
            } catch (JsonProcessingException e) {
                unreadable(e.getOriginalMessage());
                open = false; // Nor what comes after it.
                context.close();
            }
        }

        /** What goes wrong over one report keeps nobody from the next one. */
        private void take(WorkerReport report) {
            try {
                listener.accept(report);
            } catch (RuntimeException e) {
                lost.failed().increment();
                log.atError()
                        .setCause(e)
                        .addKeyValue("pod_uid", door.address().podUid())
                        .addKeyValue("session_uid", report.sessionUid())
                        .log("worker report could not be taken in, going on with the next");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable problem) {
            if (problem instanceof TooLongFrameException) {
                unreadable(String.valueOf(problem.getMessage()));
            } else {
                log.atDebug()
                        .addKeyValue("pod_uid", door.address().podUid())
                        .addKeyValue("problem", problem.toString())
                        .log("worker report stream broke");
            }
            open = false;
            context.close();
        }
    }
}
