package io.aicc.worker.rtp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * Hands Netty the same few buffers for every read. A round of reads takes at most one for each of its messages, and every
 * message is done with when the next round begins, so the path from the socket allocates no buffers.
 */
final class ReceiveBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    private static final int MESSAGES = 16;

    ReceiveBuffers() {
        super(MESSAGES);
    }

    @Override
    @SuppressWarnings("deprecation") // the interface has no other
    public Handle newHandle() {
        return new Reuse();
    }

    private final class Reuse extends MaxMessageHandle {
        private final ByteBuf[] buffers = new ByteBuf[MESSAGES];
        private int next;

        Reuse() {
            for (int i = 0; i < MESSAGES; i++) {
                buffers[i] = Unpooled.wrappedBuffer(new byte[StreamFormat.MAX_PACKET_BYTES]);
            }
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            ByteBuf buffer = buffers[next];
            next = (next + 1) % MESSAGES;
            return buffer.refCnt() == 1 ? buffer.clear().retain() : allocator.heapBuffer(StreamFormat.MAX_PACKET_BYTES);
        }

        @Override
        public int guess() {
            return StreamFormat.MAX_PACKET_BYTES;
        }
    }
}
