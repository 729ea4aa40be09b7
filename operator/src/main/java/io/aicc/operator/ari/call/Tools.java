package io.aicc.operator.ari.call;

import io.aicc.operator.ari.guard.Budget;
import io.aicc.operator.ari.link.PbxCommands;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/**
 * What every keeper works with.
 *
 * @param clock for what is written down
 * @param steady for what is waited for
 * @param heardUntil what happened at the PBX before that moment has been shown, by the steady clock
 */
record Tools(
        CallSessions sessions,
        PbxCommands pbx,
        Budget budget,
        CallPolicy policy,
        CallMetrics metrics,
        InstantSource clock,
        InstantSource steady,
        Supplier<Instant> heardUntil,
        ScheduledExecutorService timer,
        Executor threads) {}
