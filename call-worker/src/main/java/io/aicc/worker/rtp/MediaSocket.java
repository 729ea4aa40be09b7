package io.aicc.worker.rtp;

import io.netty.channel.IoEventLoop;
import io.netty.channel.nio.NioIoOps;
import io.netty.channel.nio.NioSelectableChannelIoHandle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;

/**
 * A UDP socket on an event loop that hands every packet to its port right where it is read. As a channel with a pipeline,
 * Netty would wrap buffer and address into a datagram, an object per packet for a pipeline with nothing in it. The JDK makes a
 * new address only when the sender is another one than before, so nothing is allocated from the socket on.
 */
final class MediaSocket extends NioSelectableChannelIoHandle<DatagramChannel> {
    /** Before the other speaker's socket has its turn: many in a row look like a stream ahead of its clock. */
    private static final int PACKETS_A_TURN = 16;

    private final StreamPort port;
    private final int localPort;
    private final ByteBuffer received = ByteBuffer.allocateDirect(StreamFormat.MAX_PACKET_BYTES);
    private final byte[] packet = new byte[StreamFormat.MAX_PACKET_BYTES];

    private MediaSocket(DatagramChannel socket, StreamPort port) throws IOException {
        super(socket);
        this.port = port;
        localPort = ((InetSocketAddress) socket.getLocalAddress()).getPort();
    }

    static MediaSocket bind(InetSocketAddress address, int bufferBytes, StreamPort port) throws IOException {
        DatagramChannel socket = DatagramChannel.open();
        try {
            socket.setOption(StandardSocketOptions.SO_RCVBUF, bufferBytes)
                    .bind(address)
                    .configureBlocking(false);
            return new MediaSocket(socket, port);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    int localPort() {
        return localPort;
    }

    /** From now on packets go to the port, on the loop's thread. */
    void listen(IoEventLoop loop) {
        loop.register(this).syncUninterruptibly().getNow().submit(NioIoOps.READ);
    }

    @Override
    protected void handle(DatagramChannel socket, SelectionKey key) {
        try {
            for (int i = 0; i < PACKETS_A_TURN && read(socket); i++) {}
        } catch (IOException e) {
            port.failed(e);
        }
    }

    /** Takes one packet, if there is one; what is longer than any of ours is cut, and refused for its length. */
    private boolean read(DatagramChannel socket) throws IOException {
        InetSocketAddress source = (InetSocketAddress) socket.receive(received.clear());
        if (source == null) {
            return false;
        }
        int length = received.flip().remaining();
        received.get(packet, 0, length);
        port.receive(packet, length, source);
        return true;
    }

    @Override
    public void close() {
        try {
            super.close();
        } catch (Exception e) {
            port.failed(e);
        }
    }
}
