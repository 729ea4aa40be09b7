package io.aicc.bench.resample;

/** Discrete Fourier transform, radix 2: what band-limited means is said here, and nowhere else. */
final class Spectrum {
    private final double[] real;
    private final double[] imaginary;

    private Spectrum(double[] real, double[] imaginary) {
        this.real = real;
        this.imaginary = imaginary;
    }

    /** Of samples; as many as a power of two. */
    static Spectrum of(double[] samples) {
        Spectrum spectrum = new Spectrum(samples.clone(), new double[samples.length]);
        spectrum.transform(-1);
        return spectrum;
    }

    /** The part between two frequencies, as samples at twice the rate: interpolation without any error. */
    double[] bandAtTwiceTheRate(double fromHz, double toHz, int rateHz) {
        int size = real.length;
        Spectrum wide = new Spectrum(new double[2 * size], new double[2 * size]);
        for (int bin = 1; bin < size / 2; bin++) {
            double hz = (double) bin * rateHz / size;
            if (hz >= fromHz && hz <= toHz) {
                wide.real[bin] = real[bin];
                wide.imaginary[bin] = imaginary[bin];
                wide.real[2 * size - bin] = real[bin];
                wide.imaginary[2 * size - bin] = -imaginary[bin];
            }
        }
        wide.transform(1);
        double[] samples = new double[2 * size];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = wide.real[i] / size; // the inverse's 1/(2·size), twice as many samples for the same power
        }
        return samples;
    }

    private void transform(int sign) {
        int size = real.length;
        for (int i = 0, j = 0; i < size; i++) {
            if (i < j) {
                swap(real, i, j);
                swap(imaginary, i, j);
            }
            int bit = size >> 1;
            for (; bit > 0 && (j & bit) != 0; bit >>= 1) {
                j ^= bit;
            }
            j |= bit;
        }
        for (int length = 2; length <= size; length <<= 1) {
            butterflies(length, sign);
        }
    }

    private void butterflies(int length, int sign) {
        int half = length / 2;
        for (int k = 0; k < half; k++) {
            double angle = sign * 2 * Math.PI * k / length;
            double cos = Math.cos(angle);
            double sin = Math.sin(angle);
            for (int at = k; at < real.length; at += length) {
                double re = real[at + half] * cos - imaginary[at + half] * sin;
                double im = real[at + half] * sin + imaginary[at + half] * cos;
                real[at + half] = real[at] - re;
                imaginary[at + half] = imaginary[at] - im;
                real[at] += re;
                imaginary[at] += im;
            }
        }
    }

    private static void swap(double[] array, int i, int j) {
        double kept = array[i];
        array[i] = array[j];
        array[j] = kept;
    }
}
