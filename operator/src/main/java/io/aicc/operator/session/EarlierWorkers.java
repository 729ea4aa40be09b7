package io.aicc.operator.session;

import io.aicc.crd.CallSessionStatus.Earlier;
import io.aicc.crd.CallSessionStatus.Stream;
import io.aicc.operator.pool.Account;
import io.aicc.operator.pool.WarmPools;
import io.aicc.wire.control.WorkerReport;
import io.aicc.wire.control.WorkerReport.State;
import io.aicc.wire.control.WorkerReport.StreamCounters;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the workers before the present one counted, between our memory and the record. Only we have heard them: the record keeps
 * it for whoever leads next, and is written anyway when another worker goes on.
 */
final class EarlierWorkers {
    private EarlierWorkers() {}

    /** Of this call; the record may know of a takeover whose writing we were not told to have succeeded. */
    static Account of(Call call, WarmPools pools) {
        Earlier recorded = call.status().earlier();
        return pools.ledger(call.pool())
                .earlier(call.uid())
                .orElse(Account.NONE)
                .takeoversAtLeast(recorded == null ? 0 : recorded.takeovers());
    }

    /** For the record; null when there was no worker before. */
    static @Nullable Earlier written(Account account) {
        WorkerReport sum = account.report();
        return account.equals(Account.NONE)
                ? null
                : new Earlier(
                        account.takeovers(),
                        written(sum.customer()),
                        written(sum.agent()),
                        sum.transcripts(),
                        sum.undelivered());
    }

    /** From the record; somebody may have edited it. */
    static Optional<Account> read(@Nullable Earlier earlier) {
        return Optional.ofNullable(earlier)
                .map(sums -> new Account(
                        new WorkerReport(
                                State.IDLE,
                                null,
                                null,
                                read(sums.customer()),
                                read(sums.agent()),
                                sums.transcripts(),
                                sums.undelivered(),
                                null,
                                null,
                                null,
                                null),
                        sums.takeovers()));
    }

    private static Stream written(StreamCounters counters) {
        return new Stream(counters.received(), counters.lost(), counters.late(), counters.rejected());
    }

    private static StreamCounters read(@Nullable Stream stream) {
        return stream == null
                ? StreamCounters.ZERO
                : StreamCounters.bounded(
                        stream.received(),
                        stream.lost(),
                        stream.late(),
                        Objects.requireNonNullElse(stream.rejected(), Map.of()));
    }
}
