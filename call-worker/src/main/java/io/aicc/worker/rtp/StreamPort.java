package io.aicc.worker.rtp;

import io.aicc.wire.event.Channel;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One speaker's socket: everything is refused until it has a gate. Confined to the event loop, but for its statistics. */
final class StreamPort extends SimpleChannelInboundHandler<DatagramPacket> {
    private static final Logger log = LoggerFactory.getLogger(StreamPort.class);

    private final Channel speaker;
    private final LongSupplier nanoClock;
    private final StreamStats stats = new StreamStats();
    private final FormerSources formerSources = new FormerSources();
    private final RefusalLog refusals;
    private @Nullable PacketGate gate;
    private long arrived;

    StreamPort(Channel speaker, LongSupplier nanoClock) {
        this.speaker = speaker;
        this.nanoClock = nanoClock;
        refusals = new RefusalLog(speaker, stats, nanoClock.getAsLong());
    }

    StreamStats stats() {
        return stats;
    }

    @Nullable
    PacketGate gate() {
        return gate;
    }

    /** Who sends since before there was a gate. */
    FormerSources formerSources() {
        return formerSources;
    }

    void open(PacketGate newGate) {
        gate = newGate;
    }

    /** To be called every now and then: gives up waiting for packets that do not come, and tells what was refused. */
    void tick() {
        long now = nanoClock.getAsLong();
        if (gate != null) {
            gate.tick(now);
        }
        refusals.tick(now);
    }

    /** Packets that arrived, heard or not. */
    long arrived() {
        return arrived;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
        arrived++;
        ByteBuf content = datagram.content();
        long now = nanoClock.getAsLong();
        RejectReason reason = receive(content, datagram.sender(), now);
        if (reason != null) {
            refusals.refused(reason, datagram.sender(), now);
        }
    }

    private @Nullable RejectReason receive(ByteBuf content, InetSocketAddress source, long now) {
        if (gate == null) {
            formerSources.add(source, now);
            stats.countRejected(RejectReason.NOT_ASSIGNED);
            return RejectReason.NOT_ASSIGNED;
        }
        int offset = content.arrayOffset() + content.readerIndex();
        return gate.accept(content.array(), offset, content.readableBytes(), source, now);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.atError()
                .addKeyValue("stream", speaker.name().toLowerCase(Locale.ROOT))
                .setCause(cause)
                .log("receiving failed, going on");
    }
}
