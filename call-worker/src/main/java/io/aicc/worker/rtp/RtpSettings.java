package io.aicc.worker.rtp;

import java.net.InetAddress;

/**
 * Where to listen.
 *
 * @param address interface to bind to
 * @param customerPort UDP port of the customer's stream; 0: any free one
 * @param agentPort UDP port of the agent's stream; 0: any free one
 * @param packetsPerSecond how many a port looks at; a stream has 50, at most 100. What a stalled network delivers at once is
 *     not held against it: up to three seconds' worth may come together
 */
public record RtpSettings(InetAddress address, int customerPort, int agentPort, int packetsPerSecond) {
    /** Twice what streams of 20 ms packets need. */
    public static final int DEFAULT_PACKETS_PER_SECOND = 100;

    public RtpSettings {
        if (packetsPerSecond <= 0) {
            throw new IllegalArgumentException("packets per second must be above 0, got " + packetsPerSecond);
        }
    }

    public RtpSettings(InetAddress address, int customerPort, int agentPort) {
        this(address, customerPort, agentPort, DEFAULT_PACKETS_PER_SECOND);
    }
}
