package io.aicc.demo.player;

/**
 * A call to place.
 *
 * @param customer what the customer says, 8 kHz linear
 * @param agent what the agent says, 8 kHz linear
 */
public record CallScript(
        String callId, String customerNumber, String agentId, String language, short[] customer, short[] agent) {}
