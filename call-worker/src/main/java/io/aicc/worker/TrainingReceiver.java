package io.aicc.worker;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes the events of one connection after the other and acknowledges each: as much of a WebSocket server (RFC 6455) as that
 * needs. Not Netty's, which would be learnt with the worker, and loaded at every start.
 */
final class TrainingReceiver implements AutoCloseable {
    private static final String ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 section 1.3
    private static final Pattern KEY = Pattern.compile("(?i)sec-websocket-key: *(\\S+)");
    private static final Pattern SEQUENCE = Pattern.compile("\"seq\":(\\d+)");

    private final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

    private volatile long acknowledged;

    private TrainingReceiver() throws IOException {}

    static TrainingReceiver listen() throws IOException {
        TrainingReceiver receiver = new TrainingReceiver();
        Thread.ofPlatform().daemon().name("receiver").start(receiver::serve);
        return receiver;
    }

    int port() {
        return socket.getLocalPort();
    }

    /** The last event that it has, by number. */
    long acknowledged() {
        return acknowledged;
    }

    private void serve() {
        try {
            while (true) {
                serve(socket.accept());
            }
        } catch (IOException _) {
            // Closed.
        }
    }

    private void serve(Socket accepted) {
        try (Socket worker = accepted) {
            DataInputStream in = new DataInputStream(worker.getInputStream());
            worker.getOutputStream().write(handshake(in).getBytes(StandardCharsets.US_ASCII));
            say(worker, "{\"type\":\"resume\",\"last_seq\":0}");
            while (true) {
                Matcher sequence = SEQUENCE.matcher(frame(in));
                if (sequence.find()) {
                    acknowledged = Long.parseLong(sequence.group(1));
                    say(worker, "{\"type\":\"ack\",\"seq\":" + sequence.group(1) + "}");
                }
            }
        } catch (IOException | GeneralSecurityException _) {
            // The worker has gone: it knows what it got rid of.
        }
    }

    private static String handshake(DataInputStream in) throws IOException, GeneralSecurityException {
        StringBuilder request = new StringBuilder();
        while (request.indexOf("\r\n\r\n") < 0) {
            request.append((char) in.readUnsignedByte());
        }
        Matcher key = KEY.matcher(request);
        if (!key.find()) {
            throw new IOException("no WebSocket client");
        }
        byte[] digest =
                MessageDigest.getInstance("SHA-1").digest((key.group(1) + ACCEPT).getBytes(StandardCharsets.US_ASCII));
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                + Base64.getEncoder().encodeToString(digest) + "\r\n\r\n";
    }

    /** The next frame, which a client masks (section 5.3); events are below 64 KiB. */
    private static String frame(DataInputStream in) throws IOException {
        in.readUnsignedByte();
        int length = in.readUnsignedByte() & 0x7F;
        length = length == 126 ? in.readUnsignedShort() : length;
        byte[] mask = in.readNBytes(4);
        byte[] payload = in.readNBytes(length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        return new String(payload, StandardCharsets.UTF_8);
    }

    private static void say(Socket worker, String json) throws IOException {
        byte[] text = json.getBytes(StandardCharsets.US_ASCII);
        byte[] frame = new byte[2 + text.length];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) text.length;
        System.arraycopy(text, 0, frame, 2, text.length);
        worker.getOutputStream().write(frame);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
