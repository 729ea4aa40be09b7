package io.aicc.demo.script;

import io.aicc.wire.event.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Two people on the telephone: what each of them says and when, as audio and as text. Immutable. */
public final class Conversation {
    /** How long the line stays open after the last word. */
    private static final long END_MS = 1_000;

    private final String name;
    private final List<Line> lines;
    private final Map<Channel, short[]> tracks;

    private Conversation(String name, List<Line> lines, Map<Channel, short[]> tracks) {
        this.name = name;
        this.lines = List.copyOf(lines);
        this.tracks = tracks;
    }

    /**
     * Puts the lines' recordings on one track per speaker.
     *
     * @throws ScriptException when a recording cannot be read, or a speaker would talk over herself
     */
    static Conversation of(String name, List<Line> lines) throws ScriptException {
        long endMs = END_MS + lines.stream().mapToLong(Line::endMs).max().orElse(0);
        Map<Channel, short[]> tracks = silence(endMs);
        Map<Channel, Long> spokenUntil = new EnumMap<>(Channel.class);
        for (Line line : lines) {
            if (line.startMs() < spokenUntil.getOrDefault(line.channel(), 0L)) {
                throw new ScriptException("conversation %s: %s starts at %d ms while %s is still speaking"
                        .formatted(name, line.wav().getFileName(), line.startMs(), line.channel()));
            }
            spokenUntil.put(line.channel(), line.endMs());
            short[] spoken = Recording.read(line.wav()).samples();
            System.arraycopy(spoken, 0, track(tracks, line.channel()), samples(line.startMs()), spoken.length);
        }
        return new Conversation(name, lines, tracks);
    }

    /**
     * The user's own two recordings as a conversation. A text file beside a recording ({@code x.txt} for {@code x.wav}) says
     * what is spoken in it.
     *
     * @throws ScriptException when a file cannot be read or is no fit recording; the message says which and why
     */
    public static Conversation ofRecordings(Path customer, Path agent) throws ScriptException {
        Map<Channel, Path> files = new EnumMap<>(Map.of(Channel.CUSTOMER, customer, Channel.AGENT, agent));
        Map<Channel, short[]> spoken = new EnumMap<>(Channel.class);
        List<Line> lines = new ArrayList<>();
        long endMs = 0;
        for (Map.Entry<Channel, Path> file : files.entrySet()) {
            Channel channel = file.getKey();
            Path wav = file.getValue();
            Recording recording = Recording.read(wav);
            spoken.put(channel, recording.samples());
            lines.add(new Line(channel, 0, recording.durationMs(), wav, textBeside(wav)));
            endMs = Math.max(endMs, recording.durationMs() + END_MS);
        }
        Map<Channel, short[]> tracks = silence(endMs);
        spoken.forEach((channel, samples) -> System.arraycopy(samples, 0, track(tracks, channel), 0, samples.length));
        return new Conversation("recordings", lines, tracks);
    }

    /** A short name, for logs and reports. */
    public String name() {
        return name;
    }

    /** Everything that is said, in the order in which it begins. */
    public List<Line> lines() {
        return lines;
    }

    /** What one speaker says, in order. */
    public List<Line> lines(Channel channel) {
        return lines.stream().filter(line -> line.channel() == channel).toList();
    }

    /** The words of one speaker, line by line; empty when nobody knows them. */
    public String text(Channel channel) {
        return String.join("\n", lines(channel).stream().map(Line::text).toList());
    }

    /** One speaker's whole side of the call: linear, 16 bit, 8 kHz; as long as the other's. Not to be written. */
    public short[] track(Channel channel) {
        return track(tracks, channel);
    }

    /** Length of the call. */
    public long durationMs() {
        return track(Channel.CUSTOMER).length * 1000L / Recording.SAMPLE_RATE_HZ;
    }

    private static Map<Channel, short[]> silence(long ms) {
        Map<Channel, short[]> tracks = new EnumMap<>(Channel.class);
        for (Channel channel : Channel.values()) {
            tracks.put(channel, new short[samples(ms)]);
        }
        return tracks;
    }

    private static short[] track(Map<Channel, short[]> tracks, Channel channel) {
        return Objects.requireNonNull(tracks.get(channel));
    }

    private static int samples(long ms) {
        return Math.toIntExact(ms * Recording.SAMPLE_RATE_HZ / 1000);
    }

    /** The text that belongs to a recording, empty when there is none. */
    static String textBeside(Path wav) throws ScriptException {
        String name = wav.getFileName().toString();
        int dot = name.lastIndexOf('.');
        Path text = wav.resolveSibling((dot < 0 ? name : name.substring(0, dot)) + ".txt");
        try {
            return Files.exists(text) ? Files.readString(text) : "";
        } catch (IOException e) {
            throw new ScriptException("%s cannot be read as UTF-8 text: %s".formatted(text, e), e);
        }
    }
}
