package io.aicc.bench.vad;

import io.aicc.demo.script.Conversation;
import io.aicc.wire.event.Channel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What a detector hears, and where in it somebody speaks.
 *
 * @param samples 8 kHz
 * @param speech for each frame of 20 ms, whether the speaker's own clean recording is loud there
 */
record Scene(String name, short[] samples, boolean[] speech) {
    static final int FRAME = 160;

    /** Quieter than this below a speaker's loudest frames is a pause within a word. */
    private static final double RANGE_DB = 30;

    /** A caller's whole side of several calls, without anything else. */
    static Scene clean(List<Conversation> conversations) {
        short[] samples = joined(conversations, Channel.CUSTOMER);
        double loudest = 0;
        double[] power = new double[samples.length / FRAME];
        for (int i = 0; i < power.length; i++) {
            power[i] = power(samples, i * FRAME, FRAME);
            loudest = Math.max(loudest, power[i]);
        }
        boolean[] speech = new boolean[power.length];
        for (int i = 0; i < power.length; i++) {
            speech[i] = power[i] > loudest * Math.pow(10, -RANGE_DB / 10);
        }
        return new Scene("clean", samples, speech);
    }

    /** The same speech with another sound under it, so much weaker than the speech. */
    Scene with(String sound, short[] other, double signalToNoiseDb) {
        double speechPower = meanPower(samples, true);
        double otherPower = power(other, 0, other.length);
        double gain = Math.sqrt(speechPower / otherPower * Math.pow(10, -signalToNoiseDb / 10));
        short[] mixed = new short[samples.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = saturate(samples[i] + gain * other[i % other.length]);
        }
        return new Scene("speech, %s %.0f dB below".formatted(sound, signalToNoiseDb), mixed, speech);
    }

    /** A sound in which nobody speaks. */
    static Scene without(String name, short[] sound) {
        return new Scene(name, sound, new boolean[sound.length / FRAME]);
    }

    static short[] whiteNoise(int length, double amplitude) {
        Random random = new Random(1);
        short[] noise = new short[length];
        for (int i = 0; i < length; i++) {
            noise[i] = saturate(amplitude * random.nextGaussian());
        }
        return noise;
    }

    /** Several people at once, as in an office. */
    static short[] babble(List<Conversation> conversations, int voices) {
        List<short[]> tracks = new ArrayList<>();
        for (Conversation conversation : conversations) {
            tracks.add(squeezed(conversation.track(Channel.AGENT)));
        }
        int length = tracks.stream().mapToInt(track -> track.length).max().orElse(0);
        short[] mixed = new short[length];
        for (int voice = 0; voice < voices; voice++) {
            short[] track = tracks.get(voice % tracks.size());
            for (int i = 0; i < length; i++) {
                mixed[i] = saturate(mixed[i] + track[(i + voice * 7919) % track.length] / 2.0);
            }
        }
        return mixed;
    }

    double meanPower(short[] of, boolean where) {
        double sum = 0;
        int frames = 0;
        for (int i = 0; i < speech.length; i++) {
            if (speech[i] == where) {
                sum += power(of, i * FRAME, FRAME);
                frames++;
            }
        }
        return sum / Math.max(1, frames);
    }

    /** Without its pauses. */
    private static short[] squeezed(short[] track) {
        short[] loud = new short[track.length];
        int length = 0;
        for (int from = 0; from + FRAME <= track.length; from += FRAME) {
            if (power(track, from, FRAME) > 1000) {
                System.arraycopy(track, from, loud, length, FRAME);
                length += FRAME;
            }
        }
        return Arrays.copyOf(loud, length);
    }

    private static short[] joined(List<Conversation> conversations, Channel channel) {
        int length = conversations.stream()
                .mapToInt(it -> it.track(channel).length / FRAME * FRAME)
                .sum();
        short[] all = new short[length];
        int filled = 0;
        for (Conversation conversation : conversations) {
            int part = conversation.track(channel).length / FRAME * FRAME;
            System.arraycopy(conversation.track(channel), 0, all, filled, part);
            filled += part;
        }
        return all;
    }

    private static double power(short[] samples, int from, int length) {
        double sum = 0;
        for (int i = from; i < from + length; i++) {
            sum += (double) samples[i] * samples[i];
        }
        return sum / length;
    }

    private static short saturate(double sample) {
        return (short) Math.clamp(Math.round(sample), Short.MIN_VALUE, Short.MAX_VALUE);
    }
}
