package io.aicc.demo.player;

import io.aicc.crd.CallSession;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a call that was placed, seen from outside.
 *
 * @param session the CallSession once it had ended
 * @param created when the CallSession was asked for
 * @param ready from then until it was Ready, as its record says
 * @param mediaStarted when the two began to talk
 * @param hungUp when the customer hung up
 * @param ended from then until the session was seen to be Ended
 * @param packetsSent to the worker, both streams together; empty when only the PBX knows
 * @param damage done to them on purpose; null: none
 */
public record PlayedCall(
        CallSession session,
        Instant created,
        Duration ready,
        Instant mediaStarted,
        Instant hungUp,
        Duration ended,
        OptionalLong packetsSent,
        Damage.@Nullable Dealt damage) {}
