package io.aicc.worker.speech.google;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.cloud.speech.v2.ExplicitDecodingConfig.AudioEncoding;
import com.google.cloud.speech.v2.PhraseSet;
import com.google.cloud.speech.v2.RecognitionConfig;
import com.google.cloud.speech.v2.RecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognitionFeatures.EndpointingSensitivity;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import io.aicc.crd.Codec;
import io.aicc.runtime.Settings;
import io.aicc.runtime.SettingsException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What settings become in Google's words. */
class GoogleRequestsTest {
    private static final byte[] AUDIO = {1, 2, 3, 4};

    @ParameterizedTest
    @CsvSource({"ULAW, 8000, MULAW", "ALAW, 8000, ALAW", "L16_8K, 8000, LINEAR16", "L16_16K, 16000, LINEAR16"})
    void audioIsSentAsItTravelledAndNeverResampled(Codec codec, int rate, AudioEncoding encoding) throws Exception {
        boolean linear = encoding == AudioEncoding.LINEAR16;
        byte[] asGoogleReadsIt = linear ? new byte[] {2, 1, 4, 3} : AUDIO;

        RecognizeRequest whole = requests(Map.of()).whole(codec, rate, "ko-KR", AUDIO);

        assertThat(whole.getConfig().getExplicitDecodingConfig().getEncoding()).isEqualTo(encoding);
        assertThat(whole.getConfig().getExplicitDecodingConfig().getSampleRateHertz())
                .isEqualTo(rate);
        assertThat(whole.getContent().toByteArray()).isEqualTo(asGoogleReadsIt);
        assertThat(GoogleRequests.audio(codec, AUDIO).getAudio().toByteArray()).isEqualTo(asGoogleReadsIt);
    }

    @Test
    void settingsAreWhatGoogleIsAskedFor() throws Exception {
        StreamingRecognizeRequest first = requests(Map.of(
                        "AICC_GOOGLE_LOCATION", "asia-northeast1",
                        "AICC_GOOGLE_MODEL", "chirp_3",
                        "AICC_GOOGLE_LANGUAGES", "en-US, ko-KR",
                        "AICC_GOOGLE_PHRASES", "Aicc | call worker",
                        "AICC_GOOGLE_BOOST", "7",
                        "AICC_GOOGLE_INTERIMS", "false",
                        "AICC_GOOGLE_ENDPOINTING", "supershort"))
                .first(Codec.ULAW, 8_000, "ko-KR");

        assertThat(first.getRecognizer()).isEqualTo("projects/our-project/locations/asia-northeast1/recognizers/_");
        RecognitionConfig config = first.getStreamingConfig().getConfig();
        assertThat(config.getModel()).isEqualTo("chirp_3");
        assertThat(config.getLanguageCodesList())
                .as("the call's own first, none twice")
                .containsExactly("ko-KR", "en-US");
        assertThat(config.getAdaptation().getPhraseSets(0).getInlinePhraseSet().getPhrasesList())
                .extracting(PhraseSet.Phrase::getValue, PhraseSet.Phrase::getBoost)
                .containsExactly(tuple("Aicc", 7f), tuple("call worker", 7f));
        assertThat(first.getStreamingConfig().getStreamingFeatures().getInterimResults())
                .isFalse();
        assertThat(first.getStreamingConfig().getStreamingFeatures().getEndpointingSensitivity())
                .isEqualTo(EndpointingSensitivity.ENDPOINTING_SENSITIVITY_SUPERSHORT);
    }

    @Test
    void aRecogniserOfOnesOwnBringsItsModelAndLanguages() throws Exception {
        StreamingRecognizeRequest first = requests(
                        Map.of("AICC_GOOGLE_RECOGNIZER", "hotline", "AICC_GOOGLE_MODEL", "chirp_3"))
                .first(Codec.ULAW, 8_000, "ko-KR");

        assertThat(first.getRecognizer()).isEqualTo("projects/our-project/locations/global/recognizers/hotline");
        assertThat(first.getStreamingConfig().getConfig().getModel()).isEmpty();
        assertThat(first.getStreamingConfig().getConfig().getLanguageCodesList())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "global, , speech.googleapis.com:443",
        "us, , us-speech.googleapis.com:443",
        "asia-northeast1, , asia-northeast1-speech.googleapis.com:443",
        "us, speech.internal:8443, speech.internal:8443"
    })
    void theEndpointIsThatOfTheLocationUnlessAnotherIsGiven(String location, @Nullable String endpoint, String target)
            throws Exception {
        Map<String, String> given = new HashMap<>(Map.of("AICC_GOOGLE_LOCATION", location));
        if (endpoint != null) {
            given.put("AICC_GOOGLE_ENDPOINT", endpoint);
        }

        assertThat(settings(given).target()).isEqualTo(target);
    }

    private static GoogleRequests requests(Map<String, String> given) throws SettingsException {
        return new GoogleRequests(settings(given));
    }

    private static GoogleSettings settings(Map<String, String> given) throws SettingsException {
        Map<String, String> all = new HashMap<>(given);
        all.put("AICC_GOOGLE_PROJECT", "our-project");
        return Settings.load(all, GoogleSettings::read);
    }
}
