package io.aicc.worker;

import java.io.File;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

/** Says "thank you for your patience" as a PBX would send it: µ-law in RTP, a packet every 20 ms by its own clock. */
final class Phone implements AutoCloseable {
    private static final Path RECORDING = Path.of("/usr/share/asterisk/sounds/en_US_f_Allison/queue-thankyou.wav");
    private static final int BYTES = 160;
    private static final int SILENT_PACKETS = 50;
    private static final byte SILENCE = (byte) 0xFF;

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final List<byte[]> payloads = new ArrayList<>();

    /** One that says it so many times. */
    Phone(int times) throws Exception {
        File file = RECORDING.toFile();
        try (AudioInputStream ulaw =
                AudioSystem.getAudioInputStream(AudioFormat.Encoding.ULAW, AudioSystem.getAudioInputStream(file))) {
            byte[] all = ulaw.readAllBytes();
            for (int from = 0; from + BYTES <= all.length; from += BYTES) {
                payloads.add(Arrays.copyOfRange(all, from, from + BYTES));
            }
        }
        byte[] silence = new byte[BYTES];
        Arrays.fill(silence, SILENCE);
        payloads.addAll(Collections.nCopies(SILENT_PACKETS, silence));
        List<byte[]> once = List.copyOf(payloads);
        for (int said = 1; said < times; said++) {
            payloads.addAll(once);
        }
    }

    /** Begins to send all of it, as another stream each time; over when the future is. */
    Future<?> speak(InetSocketAddress to, int ssrc) throws Exception {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
        List<Future<?>> sent = new ArrayList<>();
        for (int i = 0; i < payloads.size(); i++) {
            byte[] packet = packet(i, ssrc, payloads.get(i));
            sent.add(clock.schedule(
                    () -> {
                        socket.send(new DatagramPacket(packet, packet.length, to));
                        return null;
                    },
                    20L * i,
                    TimeUnit.MILLISECONDS));
        }
        return clock.schedule(socket::close, 20L * payloads.size(), TimeUnit.MILLISECONDS);
    }

    private static byte[] packet(int number, int ssrc, byte[] payload) {
        return ByteBuffer.allocate(12 + payload.length)
                .putShort((short) 0x8000)
                .putShort((short) number)
                .putInt(number * BYTES)
                .putInt(ssrc)
                .put(payload)
                .array();
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
