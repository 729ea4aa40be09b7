package io.aicc.worker.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aicc.crd.Codec;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import io.aicc.worker.audio.AudioFrame;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchEngineTest {
    private final BatchEngine engine = new BatchEngine(new EnglishOnly(), new Tasks(Duration.ZERO));
    private final Finals heard = new Finals();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void aLanguageThatIsRefusedLeavesTheOpenStreamAsItWas() throws Exception {
        SpeechStream stream = engine.open(Channel.CUSTOMER, "en-US", heard);

        assertThatThrownBy(() -> engine.open(Channel.CUSTOMER, "ko-KR", heard)).isInstanceOf(SpeechException.class);

        say(stream);
        stream.close();
        assertThat(heard.finals).containsExactly("20");
    }

    @Test
    void itsThreadsAreThereBeforeTheFirstTurnAndGoneInTheEnd() throws Exception {
        assertThat(engine.turnThreads()).isEmpty();
        engine.open(Channel.CUSTOMER, "en-US", heard);
        assertThat(engine.turnThreads()).hasValue(TurnPool.FEWEST);

        engine.close();
        assertThat(engine.turnThreads()).isEmpty();
    }

    private static void say(SpeechStream stream) {
        AudioFrame frame = new AudioFrame(Codec.ULAW);
        frame.filled(0, 160, 160);
        stream.begin("u", 0);
        stream.audio(frame);
        stream.end(20);
    }

    /** Says how long a turn was. */
    private static final class EnglishOnly implements SpeechEngine {
        @Override
        public String name() {
            return "english";
        }

        @Override
        public String model() {
            return "none";
        }

        @Override
        public SpeechStream open(Channel channel, String language, SpeechListener listener) {
            return SpeechStream.SILENT;
        }

        @Override
        public TurnRecogniser turns(String language) throws SpeechException {
            if (!language.startsWith("en")) {
                throw new SpeechException("English only");
            }
            return new TurnRecogniser() {
                @Override
                public SpeechListener.Transcript recognise(EncodedAudio turn) {
                    return new SpeechListener.Transcript(String.valueOf(turn.keptMs()), List.of(), null);
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void close() {}
    }

    private static final class Finals implements SpeechListener {
        private final List<String> finals = new CopyOnWriteArrayList<>();

        @Override
        public void interimResult(String utteranceId, String text, long endMs) {}

        @Override
        public void finalResult(String utteranceId, Transcript transcript) {
            finals.add(transcript.text());
        }

        @Override
        public void failed(String utteranceId, SpeechException cause) {}
    }
}
