package io.aicc.worker.rtp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.Consumer;

/**
 * A UDP socket that hands every packet to its port right where it is read. As a channel with a pipeline, Netty would wrap buffer
 * and address into a datagram, an object per packet for a pipeline with nothing in it. The JDK makes a new address only when
 * the sender is another one than before, so nothing is allocated from the socket on.
 *
 * @implNote With a selector of its own: it costs no more than a receive that blocks, which would know no time limit, and half of what an
 *     event loop takes for two sockets.
 */
final class MediaSocket implements AutoCloseable {
    /** Before they are worked off. */
    private static final int PACKETS_A_TURN = 16;

    /** The selected key would be an object in a set for each packet. */
    private static final Consumer<SelectionKey> NO_NEED_TO_KNOW = key -> {};

    private final DatagramChannel socket;
    private final Selector arrivals;
    private final StreamPort port;
    private final int localPort;
    private final ByteBuffer received = ByteBuffer.allocateDirect(StreamFormat.MAX_PACKET_BYTES);
    private final byte[] packet = new byte[StreamFormat.MAX_PACKET_BYTES];

    private MediaSocket(DatagramChannel socket, Selector arrivals, StreamPort port) throws IOException {
        this.socket = socket;
        this.arrivals = arrivals;
        this.port = port;
        localPort = ((InetSocketAddress) socket.getLocalAddress()).getPort();
    }

    /** Binds; from now on packets for {@code port} wait in the kernel. */
    static MediaSocket bind(InetSocketAddress address, int bufferBytes, StreamPort port) throws IOException {
        DatagramChannel socket = DatagramChannel.open();
        try {
            socket.setOption(StandardSocketOptions.SO_RCVBUF, bufferBytes)
                    .bind(address)
                    .configureBlocking(false);
            Selector arrivals = Selector.open();
            socket.register(arrivals, SelectionKey.OP_READ);
            return new MediaSocket(socket, arrivals, port);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    int localPort() {
        return localPort;
    }

    /** Waits until there is a packet, somebody calls {@link #wake}, or so many milliseconds are over; 0: for ever. */
    void await(long millis) throws IOException {
        try {
            arrivals.select(NO_NEED_TO_KNOW, millis);
        } catch (ClosedSelectorException _) {
            // Nothing more to wait for.
        }
    }

    /** Ends a wait, or the next one. */
    void wake() {
        if (arrivals.isOpen()) {
            arrivals.wakeup();
        }
    }

    /** Hands what has arrived to the port; returns whether more may be there. */
    boolean read() {
        try {
            for (int i = 0; i < PACKETS_A_TURN; i++) {
                if (!readOne()) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            port.failed(e);
            return false;
        }
    }

    /** Takes one packet, if there is one; what is longer than any of ours is cut, and refused for its length. */
    private boolean readOne() throws IOException {
        InetSocketAddress source = (InetSocketAddress) socket.receive(received.clear());
        if (source == null) {
            return false;
        }
        int length = received.flip().remaining();
        received.get(packet, 0, length);
        port.receive(packet, length, source);
        return true;
    }

    boolean isOpen() {
        return socket.isOpen();
    }

    /** Gives the port back to the system, and ends a wait. */
    @Override
    public void close() {
        try (arrivals;
                socket) {
            // The system has the port back when both are closed.
        } catch (IOException e) {
            port.failed(e);
        }
    }
}
