package io.aicc.demo.player;

import io.aicc.crd.CallSession;
import java.time.Duration;
import java.time.Instant;

/**
 * What happened to a call that was placed, seen from outside.
 *
 * @param session the CallSession once it had ended
 * @param created when its creation was asked for
 * @param ready from then until it was seen to be Ready
 * @param mediaStarted when the first packet left
 * @param hungUp when the end mark was written
 * @param ended from then until the session was seen to be Ended
 * @param packetsSent both streams together
 */
public record PlayedCall(
        CallSession session,
        Instant created,
        Duration ready,
        Instant mediaStarted,
        Instant hungUp,
        Duration ended,
        long packetsSent) {}
