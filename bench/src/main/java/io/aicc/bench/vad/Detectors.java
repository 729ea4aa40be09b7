package io.aicc.bench.vad;

import io.aicc.crd.Codec;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.turn.TurnDetector;
import io.aicc.worker.turn.TurnListener;
import io.aicc.worker.turn.TurnSettings;
import java.util.Arrays;

/** Who says, frame by frame, that somebody speaks. */
final class Detectors {
    private static final int WINDOW = 10;
    private static final int ENOUGH = 6;
    private static final int HANGOVER = 30;

    private Detectors() {}

    /** The worker's: every frame that it would hand to an engine. */
    static boolean[] turns(short[] samples) {
        boolean[] handedOver = new boolean[samples.length / Scene.FRAME];
        TurnDetector detector = new TurnDetector(TurnSettings.DEFAULT, new TurnListener() {
            @Override
            public void began(long startMs) {}

            @Override
            public void audio(AudioFrame frame) {
                long from = frame.startSample() / Scene.FRAME;
                long to = (frame.startSample() + frame.length() - 1) / Scene.FRAME;
                Arrays.fill(handedOver, (int) from, (int) Math.min(handedOver.length, to + 1), true);
            }

            @Override
            public void ended(long endMs) {}
        });
        AudioFrame frame = new AudioFrame(Codec.ULAW);
        for (int i = 0; i < handedOver.length; i++) {
            System.arraycopy(samples, i * Scene.FRAME, frame.samples(), 0, Scene.FRAME);
            frame.filled((long) i * Scene.FRAME, Scene.FRAME, Scene.FRAME);
            detector.frame(frame);
        }
        detector.end();
        return handedOver;
    }

    /**
     * Turns from the decisions of a detector that only judges frames, as its users do it: begun by 6 frames of 10, those 10
     * included, ended after 600 ms without one.
     */
    static boolean[] smoothed(boolean[] decisions) {
        boolean[] turns = new boolean[decisions.length];
        boolean speaking = false;
        int quiet = 0;
        for (int i = 0; i < decisions.length; i++) {
            quiet = decisions[i] ? 0 : quiet + 1;
            if (speaking) {
                speaking = quiet < HANGOVER;
            } else {
                int voiced = 0;
                for (int j = Math.max(0, i - WINDOW + 1); j <= i; j++) {
                    voiced += decisions[j] ? 1 : 0;
                }
                if (voiced >= ENOUGH) {
                    speaking = true;
                    Arrays.fill(turns, Math.max(0, i - WINDOW + 1), i, true);
                }
            }
            turns[i] = speaking;
        }
        return turns;
    }
}
