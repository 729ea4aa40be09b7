package io.aicc.operator.session;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The {@link Totals} as Prometheus reads them. They do not begin at zero with the process, as a meter of Micrometer does: so
 * they are shown as they are, and by nobody who does not lead.
 */
final class TotalsMetrics implements MultiCollector {
    private static final double MILLIS = 1_000.0;

    private final Supplier<Optional<Totals>> totals;

    /** @param totals empty while they are not known */
    TotalsMetrics(Supplier<Optional<Totals>> totals) {
        this.totals = totals;
    }

    @Override
    public MetricSnapshots collect() {
        return totals.get().map(TotalsMetrics::shown).orElseGet(MetricSnapshots::of);
    }

    private static MetricSnapshots shown(Totals now) {
        return MetricSnapshots.of(
                counter(now, "aicc_calls", "Sessions that are over, by how they ended", "status", Totals.CALLS),
                counter(now, "aicc_udp_packets", "RTP packets heard in calls that are over", "stream", Totals.PACKETS),
                counter(
                        now,
                        "aicc_udp_dropped",
                        "UDP packets not heard, by reason, in calls that are over",
                        "reason",
                        Totals.DROPPED),
                counter(
                        now,
                        "aicc_transcripts_undelivered",
                        "Finals that some receiver had not got by the drain limit of their call, or when its worker was lost",
                        Totals.UNDELIVERED),
                counter(
                        now,
                        "aicc_calls_ended_unserved",
                        "Calls that lost their worker and had no other until they were over: their rest is not transcribed",
                        Totals.UNSERVED),
                HistogramSnapshot.builder()
                        .name("aicc_call_duration_seconds")
                        .help("Duration of calls that are over")
                        .dataPoint(HistogramDataPointSnapshot.builder()
                                .classicHistogramBuckets(buckets(now))
                                .sum(now.get(Totals.LASTED_MS) / MILLIS)
                                .build())
                        .build());
    }

    private static CounterSnapshot counter(Totals now, String name, String help, String number) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(CounterDataPointSnapshot.builder()
                        .value(now.get(number))
                        .build())
                .build();
    }

    private static CounterSnapshot counter(Totals now, String name, String help, String label, String beginning) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        now.all(beginning)
                .forEach((value, count) -> counter.dataPoint(CounterDataPointSnapshot.builder()
                        .labels(Labels.of(label, value))
                        .value(count)
                        .build()));
        return counter.build();
    }

    private static ClassicHistogramBuckets buckets(Totals now) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int bound : Totals.LASTED_BOUNDS) {
            buckets.bucket(bound, now.get(Totals.LASTED + bound));
        }
        return buckets.bucket(Double.POSITIVE_INFINITY, now.get(Totals.LASTED + Totals.LONGER))
                .build();
    }
}
