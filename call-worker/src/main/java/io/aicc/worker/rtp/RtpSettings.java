package io.aicc.worker.rtp;

import java.net.InetAddress;

/**
 * Where to listen.
 *
 * @param address interface to bind to
 * @param customerPort UDP port of the customer's stream; 0: any free one
 * @param agentPort UDP port of the agent's stream; 0: any free one
 * @param limits what a stream may take
 */
public record RtpSettings(InetAddress address, int customerPort, int agentPort, Limits limits) {
    /** For the streams of a telephone call. */
    public RtpSettings(InetAddress address, int customerPort, int agentPort) {
        this(address, customerPort, agentPort, Limits.OF_A_CALL);
    }

    /**
     * What bounds a stream; all of it is memory or CPU that a flood could take.
     *
     * @param packetsPerSecond how many a port looks at; a stream has 50, at most 100. What a stalled network delivers at once is
     *     not held against it: up to three seconds' worth may come together
     * @param queuedPackets how many may wait for the speaker's thread; a power of two
     * @param socketBufferBytes how much the kernel may keep for a socket; it counts about 700 bytes for each packet
     */
    public record Limits(int packetsPerSecond, int queuedPackets, int socketBufferBytes) {
        /**
         * Twice the rate of 20 ms packets. 512 of them are 10 s of audio, for an engine that is slow to end a long utterance;
         * 245 KB of G.711. The socket holds some three seconds of both streams' packets while the process gets no CPU.
         */
        public static final Limits OF_A_CALL = new Limits(100, 512, 512 * 1024);

        public Limits {
            if (packetsPerSecond <= 0 || socketBufferBytes <= 0) {
                throw new IllegalArgumentException("packets per second and socket buffer must be above 0, got "
                        + packetsPerSecond + " and " + socketBufferBytes);
            }
            if (Integer.bitCount(queuedPackets) != 1) {
                throw new IllegalArgumentException("queued packets must be a power of two, got " + queuedPackets);
            }
        }
    }
}
