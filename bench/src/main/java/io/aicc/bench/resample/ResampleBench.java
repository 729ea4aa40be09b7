package io.aicc.bench.resample;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import io.aicc.demo.script.Conversation;
import io.aicc.demo.script.ConversationLibrary;
import io.aicc.wire.event.Channel;
import io.aicc.worker.audio.Upsampler;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The demo's recordings, limited to the telephone band, from 8 to 16 kHz: the worker's upsampler beside SoX, both against an
 * interpolation without error, by Fourier transform.
 */
public final class ResampleBench implements Benchmark {
    private static final int RATE_HZ = 8_000;
    private static final double FROM_HZ = 300;
    private static final double TO_HZ = 3_400;
    /** The middle of the upsampler's filter, in samples of its output. */
    private static final int DELAY = 31;
    /** A stream begins and ends in silence that the transform does not know of. */
    private static final int EDGE = 4_000;

    private static final double MOST_BELOW_SOX_DB = 0.1;
    private static final double LEAST_DB = 70;

    @Override
    public String name() {
        return "resample";
    }

    @Override
    public String summary() {
        return "8 to 16 kHz beside SoX, signal to error over 300 to 3400 Hz";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        Report report = Report.of(name(), options.complete());
        double[] worst = {Double.MAX_VALUE, Double.MAX_VALUE};
        for (Conversation conversation : ConversationLibrary.open().conversations()) {
            double[] recording = recording(conversation.track(Channel.AGENT));
            double[] telephone = everySecond(Spectrum.of(recording).bandAtTwiceTheRate(FROM_HZ, TO_HZ, RATE_HZ));
            short[] narrow = rounded(telephone);
            // What both are given is rounded to 16 bit: the ideal is the interpolation of just that.
            double[] ideal = Spectrum.of(widened(narrow)).bandAtTwiceTheRate(0, RATE_HZ / 2.0, RATE_HZ);
            short[] ours = new short[2 * narrow.length];
            new Upsampler().process(narrow, narrow.length, ours);
            double worker = signalToError(ideal, ours, DELAY);
            double sox = signalToError(ideal, Sox.upsample(narrow, RATE_HZ, directory), 0);
            worst[0] = Math.min(worst[0], worker);
            worst[1] = Math.min(worst[1], worker - sox);
            report.row(conversation.name()).with("worker_db", worker).with("sox_db", sox);
        }
        report.goal("at least 70 dB", worst[0] >= LEAST_DB, "%.1f dB", worst[0]);
        report.goal("not more than 0.1 dB below SoX", worst[1] >= -MOST_BELOW_SOX_DB, "%+.2f dB", worst[1]);
        return report;
    }

    private static double[] recording(short[] track) {
        double[] samples = new double[Integer.highestOneBit(track.length)];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = track[i];
        }
        return samples;
    }

    private static double[] everySecond(double[] samples) {
        double[] half = new double[samples.length / 2];
        for (int i = 0; i < half.length; i++) {
            half[i] = samples[2 * i];
        }
        return half;
    }

    private static short[] rounded(double[] samples) {
        short[] rounded = new short[samples.length];
        for (int i = 0; i < samples.length; i++) {
            rounded[i] = (short) Math.clamp(Math.round(samples[i]), Short.MIN_VALUE, Short.MAX_VALUE);
        }
        return rounded;
    }

    private static double[] widened(short[] samples) {
        double[] wide = new double[samples.length];
        for (int i = 0; i < samples.length; i++) {
            wide[i] = samples[i];
        }
        return wide;
    }

    private static double signalToError(double[] ideal, short[] heard, int delay) {
        double signal = 0;
        double error = 0;
        for (int i = EDGE; i < ideal.length - EDGE; i++) {
            signal += ideal[i] * ideal[i];
            error += Math.pow(heard[i + delay] - ideal[i], 2);
        }
        return 10 * Math.log10(signal / error);
    }

    /** SoX at its usual high quality. */
    private static final class Sox {
        private Sox() {}

        static short[] upsample(short[] samples, int rateHz, Path directory) throws IOException, InterruptedException {
            Path in = directory.resolve("in.raw").toAbsolutePath();
            Path out = directory.resolve("out.raw").toAbsolutePath();
            ByteBuffer bytes = ByteBuffer.allocate(2 * samples.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asShortBuffer().put(samples);
            Files.write(in, bytes.array());
            List<String> raw = List.of("-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-L");
            ProcessBuilder command = new ProcessBuilder("sox", "-D");
            command.command().addAll(raw);
            command.command().addAll(List.of("-r", String.valueOf(rateHz), in.toString()));
            command.command().addAll(raw);
            command.command().addAll(List.of("-r", String.valueOf(2 * rateHz), out.toString(), "rate", "-h"));
            Path log = directory.resolve("sox.log");
            int status = command.redirectErrorStream(true)
                    .redirectOutput(Redirect.appendTo(log.toFile()))
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IOException("sox failed, see " + log);
            }
            ByteBuffer written = ByteBuffer.wrap(Files.readAllBytes(out)).order(ByteOrder.LITTLE_ENDIAN);
            short[] upsampled = new short[written.remaining() / 2];
            written.asShortBuffer().get(upsampled);
            return upsampled;
        }
    }
}
