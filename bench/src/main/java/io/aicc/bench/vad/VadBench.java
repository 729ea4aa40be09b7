package io.aicc.bench.vad;

import io.aicc.bench.Benchmark;
import io.aicc.bench.Options;
import io.aicc.bench.Report;
import io.aicc.demo.script.Conversation;
import io.aicc.demo.script.ConversationLibrary;
import io.aicc.demo.script.Recording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How much speech a detector misses, and how much else it takes for speech: the worker's turn detection beside WebRTC's, on the
 * same recordings, alone and with noise, other people and music under them, and on noise and music on hold alone.
 */
public final class VadBench implements Benchmark {
    private static final Path MUSIC = Path.of("/usr/share/asterisk/moh");
    private static final int SECOND = 8_000;
    /** Pre-roll and hangover are no errors: what lies this near to speech is not judged. */
    private static final int COLLAR_FRAMES = 35;

    private static final double MOST_MISSED = 0.01;

    @Override
    public String name() {
        return "vad";
    }

    @Override
    public String summary() {
        return "missed speech and false alarms, beside WebRTC's detector [--music-seconds 60]";
    }

    @Override
    public Report run(Options options, Path directory) throws Exception {
        int musicSeconds = options.number("music-seconds", 60, 5, 600);
        Report report = Report.of(name(), options.complete());
        WebRtc webRtc = new WebRtc(directory);
        for (Scene scene : scenes(musicSeconds)) {
            Report.Row row = report.row(scene.name());
            Map<String, boolean[]> detected = new LinkedHashMap<>();
            detected.put("worker", Detectors.turns(scene.samples()));
            for (int aggressiveness : new int[] {1, 3}) {
                boolean[] decisions = webRtc.decide(scene.samples(), aggressiveness);
                detected.put("webrtc_" + aggressiveness, decisions);
                detected.put("webrtc_" + aggressiveness + "_turns", Detectors.smoothed(decisions));
            }
            detected.forEach((detector, decisions) -> row.with(detector, Verdict.of(scene.speech(), decisions)));
            Verdict worker = Verdict.of(scene.speech(), Detectors.turns(scene.samples()));
            if (worker.speechFrames() > 0) {
                report.goal(scene.name() + ": speech is heard", worker.missed() <= MOST_MISSED, "%s", worker);
            }
        }
        return report;
    }

    private static List<Scene> scenes(int musicSeconds) throws Exception {
        List<Conversation> conversations = ConversationLibrary.open().conversations();
        Scene clean = Scene.clean(conversations);
        short[] white = Scene.whiteNoise(30 * SECOND, 1000);
        short[] babble = Scene.babble(conversations, 6);
        List<Scene> scenes = new ArrayList<>(List.of(clean));
        for (int db : new int[] {20, 15, 10, 5}) {
            scenes.add(clean.with("white noise", white, db));
        }
        for (int db : new int[] {20, 15, 10}) {
            scenes.add(clean.with("six people", babble, db));
        }
        scenes.add(Scene.without("white noise at −45 dB", Scene.whiteNoise(60 * SECOND, 184)));
        scenes.add(Scene.without("silence", new short[60 * SECOND]));
        scenes.add(Scene.without("six people, nobody near", babble));
        for (Path file : music()) {
            short[] all = Recording.read(file).samples();
            scenes.add(Scene.without(
                    "music on hold: " + file.getFileName(),
                    Arrays.copyOf(all, Math.min(all.length, musicSeconds * SECOND))));
        }
        return scenes;
    }

    private static List<Path> music() throws IOException {
        if (!Files.isDirectory(MUSIC)) {
            System.err.println("no music on hold on this machine: apt-get install asterisk-moh-opsound-wav");
            return List.of();
        }
        try (Stream<Path> files = Files.list(MUSIC)) {
            return files.filter(file -> file.toString().endsWith(".wav"))
                    .sorted()
                    .toList();
        }
    }

    /**
     * How a detector did.
     *
     * @param missed share of the frames in which somebody speaks
     * @param falseAlarms share of the frames far from speech
     */
    record Verdict(int speechFrames, double missed, double falseAlarms) {
        static Verdict of(boolean[] speech, boolean[] detected) {
            int spoken = 0;
            int missed = 0;
            int far = 0;
            int falseAlarms = 0;
            int lastSpeech = -COLLAR_FRAMES - 1;
            int[] next = nextSpeech(speech);
            for (int i = 0; i < speech.length; i++) {
                if (speech[i]) {
                    lastSpeech = i;
                    spoken++;
                    missed += detected[i] ? 0 : 1;
                } else if (i - lastSpeech > COLLAR_FRAMES && next[i] - i > COLLAR_FRAMES) {
                    far++;
                    falseAlarms += detected[i] ? 1 : 0;
                }
            }
            return new Verdict(spoken, (double) missed / Math.max(1, spoken), (double) falseAlarms / Math.max(1, far));
        }

        private static int[] nextSpeech(boolean[] speech) {
            int[] next = new int[speech.length];
            int at = Integer.MAX_VALUE;
            for (int i = speech.length - 1; i >= 0; i--) {
                at = speech[i] ? i : at;
                next[i] = at;
            }
            return next;
        }

        @Override
        public String toString() {
            return speechFrames == 0
                    ? "false alarms %.1f %%".formatted(100 * falseAlarms)
                    : "missed %.2f %%, false alarms %.1f %%".formatted(100 * missed, 100 * falseAlarms);
        }
    }
}
