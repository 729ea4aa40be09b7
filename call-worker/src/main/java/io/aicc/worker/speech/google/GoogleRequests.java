package io.aicc.worker.speech.google;

import com.google.cloud.speech.v2.ExplicitDecodingConfig;
import com.google.cloud.speech.v2.ExplicitDecodingConfig.AudioEncoding;
import com.google.cloud.speech.v2.PhraseSet;
import com.google.cloud.speech.v2.RecognitionConfig;
import com.google.cloud.speech.v2.RecognitionFeatures;
import com.google.cloud.speech.v2.RecognizeRequest;
import com.google.cloud.speech.v2.SpeechAdaptation;
import com.google.cloud.speech.v2.StreamingRecognitionConfig;
import com.google.cloud.speech.v2.StreamingRecognitionFeatures;
import com.google.cloud.speech.v2.StreamingRecognitionFeatures.EndpointingSensitivity;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.protobuf.ByteString;
import io.aicc.crd.Codec;
import io.aicc.worker.speech.google.GoogleSettings.Endpointing;
import java.util.LinkedHashSet;
import java.util.Set;

/** Says in Google's words what we want. Telephone audio goes as it is: Google asks not to resample it. */
final class GoogleRequests {
    private final GoogleSettings settings;

    GoogleRequests(GoogleSettings settings) {
        this.settings = settings;
    }

    /** The first message of a stream. */
    StreamingRecognizeRequest first(Codec codec, int sampleRateHz, String language) {
        return StreamingRecognizeRequest.newBuilder()
                .setRecognizer(settings.resource())
                .setStreamingConfig(StreamingRecognitionConfig.newBuilder()
                        .setConfig(config(codec, sampleRateHz, language))
                        .setStreamingFeatures(StreamingRecognitionFeatures.newBuilder()
                                .setInterimResults(settings.features().interims())
                                .setEndpointingSensitivity(
                                        sensitivity(settings.features().endpointing()))))
                .build();
    }

    /** Every other message of a stream. */
    static StreamingRecognizeRequest audio(Codec codec, byte[] audio) {
        return StreamingRecognizeRequest.newBuilder()
                .setAudio(content(codec, audio))
                .build();
    }

    /** A whole turn. */
    RecognizeRequest whole(Codec codec, int sampleRateHz, String language, byte[] audio) {
        return RecognizeRequest.newBuilder()
                .setRecognizer(settings.resource())
                .setConfig(config(codec, sampleRateHz, language))
                .setContent(content(codec, audio))
                .build();
    }

    private RecognitionConfig config(Codec codec, int sampleRateHz, String language) {
        RecognitionConfig.Builder config = RecognitionConfig.newBuilder()
                .setExplicitDecodingConfig(ExplicitDecodingConfig.newBuilder()
                        .setEncoding(encoding(codec))
                        .setSampleRateHertz(sampleRateHz)
                        .setAudioChannelCount(1))
                .setFeatures(RecognitionFeatures.newBuilder()
                        .setEnableAutomaticPunctuation(settings.features().punctuation())
                        .setEnableWordTimeOffsets(settings.features().wordTimes()));
        if (!settings.ownRecognizer()) {
            Set<String> languages = new LinkedHashSet<>();
            languages.add(language);
            languages.addAll(settings.languages());
            config.setModel(settings.model()).addAllLanguageCodes(languages);
        }
        if (!settings.phrases().isEmpty()) {
            config.setAdaptation(adaptation());
        }
        return config.build();
    }

    private SpeechAdaptation adaptation() {
        PhraseSet.Builder phrases = PhraseSet.newBuilder();
        settings.phrases()
                .forEach(phrase -> phrases.addPhrases(
                        PhraseSet.Phrase.newBuilder().setValue(phrase).setBoost(settings.boost())));
        return SpeechAdaptation.newBuilder()
                .addPhraseSets(SpeechAdaptation.AdaptationPhraseSet.newBuilder().setInlinePhraseSet(phrases))
                .build();
    }

    private static AudioEncoding encoding(Codec codec) {
        return switch (codec) {
            case ULAW -> AudioEncoding.MULAW;
            case ALAW -> AudioEncoding.ALAW;
            case L16_8K, L16_16K -> AudioEncoding.LINEAR16;
        };
    }

    /** Google reads linear samples with the least significant byte first, RTP carries the most significant one first. */
    private static ByteString content(Codec codec, byte[] audio) {
        return switch (codec) {
            case ULAW, ALAW -> ByteString.copyFrom(audio);
            case L16_8K, L16_16K -> ByteString.copyFrom(swapped(audio));
        };
    }

    private static byte[] swapped(byte[] audio) {
        byte[] swapped = new byte[audio.length];
        for (int i = 0; i + 1 < audio.length; i += 2) {
            swapped[i] = audio[i + 1];
            swapped[i + 1] = audio[i];
        }
        return swapped;
    }

    private static EndpointingSensitivity sensitivity(Endpointing endpointing) {
        return switch (endpointing) {
            case STANDARD -> EndpointingSensitivity.ENDPOINTING_SENSITIVITY_STANDARD;
            case SHORT -> EndpointingSensitivity.ENDPOINTING_SENSITIVITY_SHORT;
            case SUPERSHORT -> EndpointingSensitivity.ENDPOINTING_SENSITIVITY_SUPERSHORT;
        };
    }
}
