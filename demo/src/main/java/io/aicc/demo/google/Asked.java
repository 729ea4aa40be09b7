package io.aicc.demo.google;

import com.google.cloud.speech.v2.ExplicitDecodingConfig;
import com.google.cloud.speech.v2.RecognitionConfig;
import io.aicc.crd.Codec;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a client asks for, checked as the service does. */
record Asked(Codec codec, int sampleRateHz, String language) {
    private static final Pattern RECOGNIZER = Pattern.compile("projects/([^/]+)/locations/([^/]+)/recognizers/([^/]+)");

    /**
     * Checks a request's recogniser and configuration.
     *
     * @param project whose credentials were shown
     * @throws StatusException with the error that the service would answer
     */
    static Asked of(String recognizer, RecognitionConfig config, String project) throws StatusException {
        Matcher named = RECOGNIZER.matcher(recognizer);
        if (!named.matches()) {
            throw invalid("Invalid resource field value in the request: recognizer '" + recognizer + "'.");
        }
        if (!named.group(1).equals(project)) {
            throw Fault.FORBIDDEN.status().asException();
        }
        if (!named.group(3).equals("_")) {
            throw Fault.NOT_FOUND.status().asException();
        }
        if (config.getModel().isEmpty() || config.getLanguageCodesCount() == 0) {
            throw invalid("Invalid recognition 'config': model and language_codes are required.");
        }
        String language = config.getLanguageCodes(0);
        if (!Locale.forLanguageTag(language).getLanguage().equals("en")) {
            throw invalid(
                    "The language \"" + language + "\" is not supported by the model \"" + config.getModel() + "\".");
        }
        ExplicitDecodingConfig decoding = config.getExplicitDecodingConfig();
        return new Asked(codec(decoding), decoding.getSampleRateHertz(), language);
    }

    private static Codec codec(ExplicitDecodingConfig decoding) throws StatusException {
        int rate = decoding.getSampleRateHertz();
        return switch (decoding.getEncoding()) {
            case MULAW -> telephone(Codec.ULAW, rate);
            case ALAW -> telephone(Codec.ALAW, rate);
            case LINEAR16 -> {
                if (rate != 16_000 && rate != 8_000) {
                    throw invalid("This stand-in takes LINEAR16 at 8000 and 16000 Hz, got " + rate + ".");
                }
                yield rate == 8_000 ? Codec.L16_8K : Codec.L16_16K;
            }
            default -> throw invalid("Invalid recognition 'config': bad encoding " + decoding.getEncoding() + ".");
        };
    }

    private static Codec telephone(Codec codec, int rate) throws StatusException {
        if (rate != 8_000) {
            throw invalid("This stand-in takes " + codec + " at 8000 Hz only, got " + rate + ".");
        }
        return codec;
    }

    /** The bytes as RTP would carry them: the service's linear samples have the least significant byte first. */
    byte[] asInRtp(byte[] content) {
        if (codec == Codec.ULAW || codec == Codec.ALAW) {
            return content;
        }
        byte[] swapped = new byte[content.length];
        for (int i = 0; i + 1 < content.length; i += 2) {
            swapped[i] = content[i + 1];
            swapped[i + 1] = content[i];
        }
        return swapped;
    }

    static StatusException invalid(String message) {
        return Fault.INVALID.status(message).asException();
    }

    /** Statuses as they are; anything else is a defect of the stand-in. */
    static Status status(Exception failure) {
        return failure instanceof StatusException known
                ? known.getStatus()
                : Status.INTERNAL.withDescription("stand-in: " + failure).withCause(failure);
    }
}
