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
     *     not held against it: up to three seconds' worth may come together, and what waited while nobody read
     * @param queuedPackets how many may wait for the speaker's thread; a power of two
     * @param socketBufferBytes how much the kernel may keep for a socket. Linux doubles it, allows no more than
     *     {@code net.core.rmem_max}, 208 KiB unless told, and counts 832 bytes for a packet of G.711
     */
    public record Limits(int packetsPerSecond, int queuedPackets, int socketBufferBytes) {
        /**
         * Twice the rate of 20 ms packets. 1,024 of them are 20 s of audio, 490 KB of G.711: for an engine that is slow to end a
         * long utterance, and for what waited in the socket while the process got no CPU: of G.711 that holds ten seconds,
         * and more than those twenty where the node's {@code rmem_max} allows it.
         */
        public static final Limits OF_A_CALL = new Limits(100, 1024, 512 * 1024);

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
