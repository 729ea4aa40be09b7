package io.aicc.bench.fleet;

import io.aicc.bench.engine.PayloadMark;
import io.aicc.demo.player.MuLaw;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.ThreadLocalRandom;

/** One speaker's packets, 20 ms of µ-law each, which say when they were sent; the recording begins anew when it is over. */
final class SpokenStream implements AutoCloseable {
    private static final int HEADER_BYTES = 12;
    private static final int SAMPLES = 160;

    private final byte[] speech;
    private final DatagramChannel socket;
    private final ByteBuffer packet = ByteBuffer.allocateDirect(HEADER_BYTES + SAMPLES);
    private final int ssrc = ThreadLocalRandom.current().nextInt();
    private InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private int number;

    SpokenStream(short[] recording) throws IOException {
        speech = MuLaw.encode(recording);
        socket = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** Where packets come from, {@code address:port}. */
    String source() throws IOException {
        InetSocketAddress local = (InetSocketAddress) socket.getLocalAddress();
        return local.getAddress().getHostAddress() + ":" + local.getPort();
    }

    void to(String host, int port) {
        to = new InetSocketAddress(host, port);
    }

    /** Sends the next packet, marked with now. */
    void send() throws IOException {
        packet.clear()
                .putShort((short) 0x8000)
                .putShort((short) number)
                .putInt(number * SAMPLES)
                .putInt(ssrc);
        int place = (int) ((long) number * SAMPLES % (speech.length - SAMPLES));
        packet.position(HEADER_BYTES + PayloadMark.BYTES)
                .put(speech, place + PayloadMark.BYTES, SAMPLES - PayloadMark.BYTES)
                .position(HEADER_BYTES);
        PayloadMark.put(packet, System.nanoTime());
        socket.send(packet.rewind(), to);
        number++;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
