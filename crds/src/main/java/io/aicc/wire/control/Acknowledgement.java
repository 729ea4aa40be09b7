package io.aicc.wire.control;

/**
 * "Both sockets are bound and locked to this call."
 *
 * @param sessionUid the session that was assigned
 * @param customerPort bound UDP port, even
 * @param agentPort bound UDP port, {@code customerPort + 1}
 */
public record Acknowledgement(String sessionUid, int customerPort, int agentPort) {}
