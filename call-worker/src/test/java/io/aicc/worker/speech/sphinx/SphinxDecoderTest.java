package io.aicc.worker.speech.sphinx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aicc.worker.speech.SpeechException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** That the process is still there after the test is what is tested: the library itself survives hardly any of this. */
class SphinxDecoderTest {
    private static final SphinxSettings SETTINGS = smallModel();

    private enum Step {
        START,
        AUDIO,
        HYPOTHESIS,
        END,
        CLOSE
    }

    @Property(tries = 60)
    void survivesCallsInAnyOrder(@ForAll @Size(max = 12) List<Step> steps) throws SpeechException {
        SphinxDecoder decoder = newDecoder();
        boolean started = false;
        boolean closed = false;
        for (Step step : steps) {
            boolean allowed = step == Step.CLOSE || !closed && (step == Step.START) != started;
            boolean done = run(decoder, step);
            assertThat(done).as("%s of %s", step, steps).isEqualTo(allowed);
            closed |= step == Step.CLOSE;
            started = allowed ? step != Step.END && step != Step.CLOSE : started;
        }
        decoder.close();
    }

    @Property(tries = 1)
    void refusesMoreAudioThanItsBufferHolds() throws SpeechException {
        try (SphinxDecoder decoder = newDecoder()) {
            decoder.start();
            assertThatThrownBy(() ->
                            decoder.process(new short[SphinxDecoder.MAX_SAMPLES + 1], SphinxDecoder.MAX_SAMPLES + 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Property(tries = 1)
    void refusesAnOptionThatTheLibraryDoesNotKnow() {
        assertThatThrownBy(() -> new SphinxDecoder(SphinxLibrary.load(), Map.of("-nonsense", "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-nonsense");
    }

    private static boolean run(SphinxDecoder decoder, Step step) {
        try {
            switch (step) {
                case START -> decoder.start();
                case AUDIO -> decoder.process(new short[320], 320);
                case HYPOTHESIS -> assertThat(decoder.hypothesis()).isNotNull();
                case END -> assertThat(decoder.end()).isNotNull();
                case CLOSE -> decoder.close();
            }
            return true;
        } catch (IllegalStateException refused) {
            return false;
        }
    }

    private static SphinxDecoder newDecoder() throws SpeechException {
        return new SphinxDecoder(
                SphinxLibrary.load(),
                Map.of(
                        "-hmm", SETTINGS.acousticModel().toString(),
                        "-lm", SETTINGS.languageModel().toString(),
                        "-dict", SETTINGS.dictionary().toString()));
    }

    private static SphinxSettings smallModel() {
        try {
            Path directory = Files.createTempDirectory("sphinx-decoder-test");
            SphinxSettings settings = SmallModel.settings(directory);
            for (Path file : List.of(directory, settings.languageModel(), settings.dictionary())) {
                file.toFile().deleteOnExit(); // in reverse order: the directory last
            }
            return settings;
        } catch (IOException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }
}
