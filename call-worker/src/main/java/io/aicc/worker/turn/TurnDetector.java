package io.aicc.worker.turn;

import io.aicc.worker.audio.AudioFrame;
import org.jspecify.annotations.Nullable;

/**
 * Finds a speaker's utterances, frame by frame, in constant memory: sound that stands out from the background for long enough
 * begins one, a pause ends it. Not thread-safe.
 *
 * <pre>
 *            loud for minSpeechMs                      quiet for hangoverMs, or longestMs over
 *  quiet ────────────────────────────▶ speech ──────────────────────────────────────────▶ quiet
 *         began, audio (pre-roll), …             audio, audio, …, ended
 * </pre>
 *
 * @implNote Loudness is judged with hysteresis, and in both directions by a tally that rises while it is loud and falls while it
 *     is quiet: one loud frame in a pause, a keystroke for example, neither begins an utterance nor keeps one open.
 */
public final class TurnDetector {
    /** Loud for so long, the speaker goes on after a pause. */
    private static final double RESUMED_MS = 40;

    /** Pause that is good enough to cut a very long utterance. */
    private static final double SHORT_PAUSE_MS = 200;

    /** Packets that come no later than this still follow what was heard without a hole. */
    private static final long LONGEST_STALL_MS = 2000;

    private final TurnSettings settings;
    private final TurnListener listener;
    private final NoiseFloor floor = new NoiseFloor();
    private @Nullable PreRoll preRoll;

    private boolean speaking;
    private double loudMs;
    private double quietMs;
    private long beganMs;
    private long loudUntilMs;
    private long heardUntilMs;
    private long nextSample;

    public TurnDetector(TurnSettings settings, TurnListener listener) {
        this.settings = settings;
        this.listener = listener;
    }

    /** Takes the next frame; one that begins later than the one before ended follows a long silence. */
    public void frame(AudioFrame frame) {
        PreRoll kept = preRoll(frame);
        if (frame.startSample() != nextSample) {
            finish();
            kept.clear();
        }
        double ms = frame.length() * 1000.0 / frame.sampleRateHz();
        judge(frame, ms);
        if (speaking) {
            listener.audio(frame);
            finishIfOver(quietMs);
        } else {
            kept.keep(frame);
            if (loudMs >= settings.minSpeechMs()) {
                begin(kept);
            }
        }
    }

    /**
     * No audio arrives, and the timeline has got here. For a while that is no pause: something has stalled, and the rest of
     * the sentence is on its way.
     */
    public void idle(long nowMs) {
        if (nowMs - heardUntilMs >= LONGEST_STALL_MS) {
            finish();
        }
    }

    /** Nothing follows: ends an open utterance. */
    public void end() {
        finish();
    }

    private PreRoll preRoll(AudioFrame frame) {
        PreRoll kept = preRoll;
        if (kept == null) {
            // What it takes to be sure that it is speech comes on top, twice for speech that begins haltingly.
            kept = new PreRoll(frame, settings.preRollMs() + 2 * settings.minSpeechMs());
            preRoll = kept;
        }
        return kept;
    }

    private void judge(AudioFrame frame, double ms) {
        double power = Loudness.power(frame.samples(), frame.length());
        double margin = speaking ? settings.sustainDb() : settings.onsetDb();
        boolean loud = Loudness.db(power) >= Math.max(settings.quietestDb(), floor.db() + margin);
        floor.hear(power, ms);

        heardUntilMs = frame.endMs();
        nextSample = frame.startSample() + frame.length();
        loudMs = loud ? Math.min(settings.minSpeechMs(), loudMs + ms) : Math.max(0, loudMs - ms);
        if (loud && loudMs >= RESUMED_MS) {
            quietMs = 0;
            loudUntilMs = heardUntilMs;
        } else {
            quietMs += ms;
        }
    }

    private void begin(PreRoll kept) {
        speaking = true;
        beganMs = kept.startMs();
        listener.began(beganMs);
        kept.drainTo(listener::audio);
    }

    private void finishIfOver(double pauseMs) {
        long lastedMs = heardUntilMs - beganMs;
        boolean nearTheLimit = lastedMs >= settings.longestMs() / 5 * 4;
        double enough = nearTheLimit ? Math.min(SHORT_PAUSE_MS, settings.hangoverMs()) : settings.hangoverMs();
        if (pauseMs >= enough || lastedMs >= settings.longestMs()) {
            finish();
        }
    }

    private void finish() {
        if (speaking) {
            speaking = false;
            listener.ended(loudUntilMs);
        }
    }
}
