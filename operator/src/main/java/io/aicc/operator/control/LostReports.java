package io.aicc.operator.control;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Reports that came and told us nothing.
 *
 * @param unreadable those that were none
 * @param failed those that nobody here could do anything with: our own mistake
 */
record LostReports(Counter unreadable, Counter failed) {
    LostReports(MeterRegistry metrics) {
        this(counter(metrics, "unreadable"), counter(metrics, "failed"));
    }

    private static Counter counter(MeterRegistry metrics, String reason) {
        return Counter.builder("aicc_reports_lost")
                .description("Reports of workers that could not be read (unreadable) or taken in (failed)")
                .tag("reason", reason)
                .register(metrics);
    }
}
