package io.aicc.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures that are taken again and again in a run: how they looked over its time, and whether they grew. Thread-safe. */
public final class Trend {
    /** A JVM settles in its first minutes: what a run costs shows from its second fifth on. */
    private static final double SETTLED = 0.2;

    /** Resident memory may breathe by so much and still be constant. */
    private static final double MOST_GROWTH = 0.05;

    private final LinePlot plot;
    private final Map<String, List<Sample>> lines = new LinkedHashMap<>();
    private double end;

    private record Sample(double at, double value) {}

    /** None taken yet; labels carry the units. */
    public Trend(String title, String timeLabel, String valueLabel) {
        plot = new LinePlot(title, timeLabel, valueLabel);
    }

    /** Another value of a figure; times of a run rise, from 0. */
    public synchronized void add(String figure, double at, double value) {
        lines.computeIfAbsent(figure, name -> new ArrayList<>()).add(new Sample(at, value));
        plot.add(figure, at, value);
        end = Math.max(end, at);
    }

    /** Mean over the second fifth of the run. */
    public synchronized double settled(String figure) {
        return mean(figure, SETTLED, 2 * SETTLED);
    }

    /** Mean over the last fifth of the run. */
    public synchronized double late(String figure) {
        return mean(figure, 1 - SETTLED, 1);
    }

    /** The most that was seen. */
    public synchronized double most(String figure) {
        return samples(figure).stream().mapToDouble(Sample::value).max().orElse(0);
    }

    /** Adds the goal that a figure of memory, in MB, is constant once the run has settled. */
    public void judge(Report report, String figure) {
        double growth = late(figure) / settled(figure) - 1;
        report.goal(
                "constant memory: " + figure,
                growth <= MOST_GROWTH,
                "%+.1f %% from the second fifth to the last, goal %.0f %%",
                100 * growth,
                100 * MOST_GROWTH);
    }

    /** Writes the picture; returns where it is, for a report. */
    public synchronized String write(Path file) throws IOException {
        plot.write(file);
        return file.toString();
    }

    private double mean(String figure, double from, double to) {
        return samples(figure).stream()
                .filter(sample -> sample.at() >= from * end && sample.at() <= to * end)
                .mapToDouble(Sample::value)
                .average()
                .orElse(Double.NaN);
    }

    private List<Sample> samples(String figure) {
        return lines.getOrDefault(figure, List.of());
    }
}
