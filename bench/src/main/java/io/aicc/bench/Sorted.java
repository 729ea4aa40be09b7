package io.aicc.bench;

import java.util.Arrays;
import java.util.Collection;

/** Measured figures, to be asked for their quantiles. */
public final class Sorted {
    private final double[] values;

    private Sorted(double[] values) {
        this.values = values;
    }

    /** Takes them in any order. */
    public static Sorted of(Collection<? extends Number> figures) {
        double[] values = figures.stream().mapToDouble(Number::doubleValue).toArray();
        Arrays.sort(values);
        return new Sorted(values);
    }

    /** How many there are. */
    public int count() {
        return values.length;
    }

    /** The least that is not exceeded by this share of them (nearest rank), 1 for the greatest; NaN when there are none. */
    public double at(double share) {
        return values.length == 0 ? Double.NaN : values[Math.max(0, (int) Math.ceil(share * values.length) - 1)];
    }
}
