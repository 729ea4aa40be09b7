package io.aicc.demo.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordingTest {
    private static final int LINEAR = 1;
    private static final int MU_LAW = 7;
    private static final int HEADER_BYTES = 44;

    @TempDir
    Path directory;

    @Test
    void telephoneRecordingsAreTakenAsTheyAre() throws ScriptException {
        short[] samples = {0, 1, -1, Short.MAX_VALUE, Short.MIN_VALUE};

        assertThat(parse(linear(8_000, samples)).samples()).isEqualTo(samples);
    }

    @ParameterizedTest
    @ValueSource(ints = {8_000, 11_025, 16_000, 22_050, 44_100, 48_000})
    void aToneOfAnyRateKeepsItsPitchAndLoudness(int rateHz) throws ScriptException {
        short[] out = parse(linear(rateHz, tone(1_000, rateHz, rateHz))).samples();

        assertThat(out.length).isCloseTo(8_000, within(1));
        short[] expected = tone(1_000, 8_000, out.length);
        for (int i = 200; i < out.length - 200; i++) {
            assertThat((int) out[i]).as("sample %d", i).isCloseTo(expected[i], within(60));
        }
    }

    @Test
    void whatATelephoneCannotCarryIsFilteredOutNotFolded() throws ScriptException {
        short[] out = parse(linear(48_000, tone(6_000, 48_000, 48_000))).samples();

        for (int i = 200; i < out.length - 200; i++) {
            assertThat((int) out[i]).as("sample %d", i).isCloseTo(0, within(60));
        }
    }

    @Test
    void decodesMuLaw() throws ScriptException {
        byte[] loudestThenSilence = {(byte) 0x80, (byte) 0x00, (byte) 0xFF};

        assertThat(parse(wav(MU_LAW, 1, 8_000, 8, loudestThenSilence)).samples())
                .containsExactly((short) 32_124, (short) -32_124, (short) 0);
    }

    @Test
    void forgivesAFileWhoseLengthsWereNeverFilledIn() throws ScriptException {
        ByteBuffer wav = linear(8_000, new short[] {1, 2, 3});
        wav.putInt(4, 0).putInt(HEADER_BYTES - 4, -1);

        assertThat(parse(wav).samples()).containsExactly((short) 1, (short) 2, (short) 3);
    }

    @Test
    void saysWhatItExpectedAndGot() {
        assertThatThrownBy(() -> parse(wav(LINEAR, 2, 8_000, 16, new byte[8])))
                .hasMessage("expected one channel (one speaker), got 2");
        assertThatThrownBy(() -> parse(wav(LINEAR, 1, 6_000, 16, new byte[8])))
                .hasMessage("expected 8000 to 48000 Hz, got 6000");
        assertThatThrownBy(() -> parse(wav(LINEAR, 1, 8_000, 24, new byte[9])))
                .hasMessage("expected 16 bit linear, µ-law or A-law samples, got format 1 with 24 bits");
        assertThatThrownBy(() -> parse(wav(LINEAR, 1, 8_000, 16, new byte[0]))).hasMessage("no samples in it");
        assertThatThrownBy(() -> parse(ByteBuffer.wrap("ID3 this is no WAV".getBytes(StandardCharsets.US_ASCII))))
                .hasMessage("not a WAV file");
    }

    @Test
    void namesTheFileThatIsUnfit() throws IOException {
        Path file = Files.writeString(directory.resolve("notes.wav"), "not audio");

        assertThatThrownBy(() -> Recording.read(file))
                .isInstanceOf(ScriptException.class)
                .hasMessage(file + ": not a WAV file");
        assertThatThrownBy(() -> Recording.read(directory.resolve("missing.wav")))
                .isInstanceOf(ScriptException.class)
                .hasMessageContaining("missing.wav cannot be read");
    }

    @Property
    void anyBytesAreARecordingOrAClearError(@ForAll byte[] bytes) {
        parsesOrSaysWhy(ByteBuffer.wrap(bytes));
    }

    @Property
    void anyDamageToAHeaderIsARecordingOrAClearError(
            @ForAll @IntRange(max = HEADER_BYTES - 1) int at,
            @ForAll byte damage,
            @ForAll @IntRange(max = 60) int length) {
        ByteBuffer wav = linear(8_000, new short[8]);
        wav.put(at, damage);
        wav.limit(Math.min(length, wav.limit()));
        parsesOrSaysWhy(wav);
    }

    private static void parsesOrSaysWhy(ByteBuffer bytes) {
        try {
            assertThat(parse(bytes).samples()).isNotEmpty();
        } catch (ScriptException e) {
            assertThat(e).hasMessageMatching("\\S.*");
        }
    }

    private static Recording parse(ByteBuffer wav) throws ScriptException {
        return Recording.parse(wav.order(ByteOrder.LITTLE_ENDIAN));
    }

    private static ByteBuffer linear(int rateHz, short[] samples) {
        ByteBuffer body = ByteBuffer.allocate(2 * samples.length).order(ByteOrder.LITTLE_ENDIAN);
        body.asShortBuffer().put(samples);
        return wav(LINEAR, 1, rateHz, 16, body.array());
    }

    private static ByteBuffer wav(int format, int channels, int rateHz, int bits, byte[] body) {
        ByteBuffer wav = ByteBuffer.allocate(HEADER_BYTES + body.length).order(ByteOrder.LITTLE_ENDIAN);
        int block = channels * bits / 8;
        wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + body.length);
        wav.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        wav.putShort((short) format).putShort((short) channels).putInt(rateHz).putInt(rateHz * block);
        wav.putShort((short) block).putShort((short) bits);
        wav.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(body.length).put(body);
        return wav.flip();
    }

    private static short[] tone(int hz, int rateHz, int samples) {
        short[] tone = new short[samples];
        for (int i = 0; i < samples; i++) {
            tone[i] = (short) Math.round(10_000 * Math.sin(2 * Math.PI * hz * i / rateHz));
        }
        return tone;
    }
}
