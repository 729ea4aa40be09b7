package io.aicc.worker.speech.sphinx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aicc.crd.Codec;
import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody.Word;
import io.aicc.worker.audio.AudioFrame;
import io.aicc.worker.audio.Upsampler;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recognises a human recording with the real library; fails, and says what to install, where either is missing. */
class SphinxEngineTest {
    private static final String SAID = "thank you for your patience";
    private static final Path RECORDING = Path.of("/usr/share/asterisk/sounds/en_US_f_Allison/queue-thankyou.wav");
    private static final int WAV_HEADER_BYTES = 44;

    @TempDir
    Path directory;

    private final Heard heard = new Heard();
    private SphinxEngine engine;
    private SpeechStream stream;

    @BeforeEach
    void openAStream() throws IOException, SpeechException {
        engine = new SphinxEngine(SphinxLibrary.load(), SmallModel.settings(directory));
        stream = engine.open(Channel.CUSTOMER, "en-US", heard);
    }

    @Test
    void hearsWhatIsSaidOnTheTelephone() throws IOException {
        short[] samples = recording();
        say("u1", 7_000, Codec.ULAW, samples);
        stream.close();

        assertThat(heard.finals).singleElement().satisfies(transcript -> {
            assertThat(transcript.text()).isEqualTo(SAID);
            assertThat(transcript.words()).extracting(Word::text).containsExactly(SAID.split(" "));
        });
        long before = 7_000;
        for (Word word : heard.finals.getFirst().words()) {
            assertThat(word.startMs()).isGreaterThanOrEqualTo(before);
            assertThat(word.endMs()).isGreaterThan(word.startMs());
            before = word.endMs();
        }
        assertThat(before).isLessThanOrEqualTo(7_000 + samples.length / 8 + 10);
    }

    @Test
    void hearsWideBandAudioAsItIs() throws IOException {
        short[] narrow = recording();
        short[] wide = new short[2 * narrow.length];
        new Upsampler().process(narrow, narrow.length, wide);

        say("u1", 0, Codec.L16_16K, wide);
        stream.close();

        assertThat(heard.texts()).containsExactly(SAID);
    }

    @Test
    void interimsHoldBackTheLastWordAndNeverRepeat() throws IOException {
        say("u1", 0, Codec.ULAW, recording());
        stream.close();

        assertThat(heard.interims).isNotEmpty().doesNotHaveDuplicates();
        assertThat(SAID).startsWith(heard.interims.getLast());
        assertThat(heard.interims.getLast().split(" ")).hasSizeLessThan(SAID.split(" ").length);
    }

    @Test
    void placesTheWordsOfALaterUtteranceOnTheTimelineToo() throws IOException {
        say("u1", 0, Codec.ULAW, recording());
        say("u2", 60_000, Codec.ULAW, recording());
        stream.close();

        assertThat(heard.finals).hasSize(2);
        assertThat(heard.finals.getLast().words().getFirst().startMs()).isBetween(60_000L, 60_500L);
    }

    @Test
    void silenceIsAFinalWithoutWords() {
        say("u1", 0, Codec.ULAW, new short[8_000]);
        stream.begin("u2", 2_000);
        stream.end(2_000);
        stream.close();

        assertThat(heard.texts()).containsExactly("", "");
    }

    @Test
    void anUtteranceLongerThanADecoderAllowsLosesNothing() throws IOException {
        short[] once = recording();
        int times = SphinxDecoder.MAX_UTTERANCE_SAMPLES / 2 / once.length + 4;
        short[] often = new short[times * once.length];
        for (int i = 0; i < times; i++) {
            System.arraycopy(once, 0, often, i * once.length, once.length);
        }

        say("u1", 0, Codec.ULAW, often);
        stream.close();

        String all = heard.texts().getFirst();
        assertThat(heard.finals).hasSize(1);
        assertThat(Collections.frequency(List.of(all.split(" ")), "patience")).isBetween(times - 1, times + 1);
        Word last = heard.finals.getFirst().words().getLast();
        assertThat(last.endMs()).isBetween(often.length / 8 - 1_000L, often.length / 8 + 20L);
    }

    @Test
    void closingEndsAnOpenUtteranceOnce() throws IOException {
        stream.begin("u1", 0);
        feed(Codec.ULAW, recording());
        stream.close();
        stream.close();

        assertThat(heard.texts()).containsExactly(SAID);
        assertThatThrownBy(() -> stream.begin("u2", 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void twoSpeakersDoNotHearEachOther() throws IOException, SpeechException {
        Heard other = new Heard();
        SpeechStream second = engine.open(Channel.AGENT, "en", other);
        stream.begin("u1", 0);
        second.begin("u1", 0);
        feed(Codec.ULAW, recording());
        stream.end(2_000);
        second.end(2_000);
        stream.close();
        second.close();

        assertThat(heard.texts()).containsExactly(SAID);
        assertThat(other.texts()).containsExactly("");
    }

    @Test
    void refusesALanguageItDoesNotSpeak() {
        stream.close();
        assertThatThrownBy(() -> engine.open(Channel.AGENT, "ko-KR", heard))
                .isInstanceOf(SpeechException.class)
                .hasMessage("engine sphinx recognises English only, got language 'ko-KR': "
                        + "choose another engine or en-US");
    }

    @Test
    void refusesADamagedModel() throws IOException, SpeechException {
        stream.close();
        SphinxSettings good = SmallModel.settings(directory);
        for (String damage : List.of("", "\0\1\2\3", "\\data\\\nngram 1=5\n\n\\1-grams:\n-1", "\\data\\\nngram 1=x")) {
            Path damaged = Files.writeString(directory.resolve("damaged.lm"), damage);
            SphinxSettings settings =
                    new SphinxSettings(good.acousticModel(), damaged, good.dictionary(), good.modelName());
            assertThatThrownBy(() -> new SphinxEngine(SphinxLibrary.load(), settings).open(Channel.AGENT, "en", heard))
                    .isInstanceOf(SpeechException.class)
                    .hasMessageContaining("damaged.lm");
        }
    }

    @Test
    void fillersAndVariantsAreNotWords() {
        assertThat(List.of("<s>", "<sil>", "[NOISE]", "++UM++", "")).noneMatch(SphinxStream::isWord);
        assertThat(SphinxStream.isWord("the(2)")).isTrue();
        assertThat(SphinxStream.spelling("the(2)")).isEqualTo("the");
    }

    private void say(String utteranceId, long startMs, Codec codec, short[] samples) {
        stream.begin(utteranceId, startMs);
        feed(codec, samples);
        stream.end(startMs + samples.length / 8);
    }

    private void feed(Codec codec, short[] samples) {
        AudioFrame frame = new AudioFrame(codec);
        int step = frame.sampleRateHz() / 50;
        for (int from = 0; from < samples.length; from += step) {
            int length = Math.min(step, samples.length - from);
            System.arraycopy(samples, from, frame.samples(), 0, length);
            frame.filled(from, length, 0);
            stream.audio(frame);
        }
    }

    private static short[] recording() throws IOException {
        assertThat(RECORDING).as("apt-get install asterisk-core-sounds-en-wav").exists();
        byte[] bytes = Files.readAllBytes(RECORDING);
        short[] samples = new short[(bytes.length - WAV_HEADER_BYTES) / 2];
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(WAV_HEADER_BYTES)
                .asShortBuffer()
                .get(samples);
        return samples;
    }

    private static final class Heard implements SpeechListener {
        final List<String> interims = new ArrayList<>();
        final List<Transcript> finals = new ArrayList<>();

        List<String> texts() {
            return finals.stream().map(Transcript::text).toList();
        }

        @Override
        public void interimResult(String utteranceId, String text, long endMs) {
            interims.add(text);
        }

        @Override
        public void finalResult(String utteranceId, Transcript transcript) {
            finals.add(transcript);
        }

        @Override
        public void failed(String utteranceId, SpeechException cause) {
            throw new AssertionError(cause);
        }
    }
}
