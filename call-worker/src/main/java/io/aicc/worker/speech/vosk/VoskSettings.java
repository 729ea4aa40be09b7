package io.aicc.worker.speech.vosk;

import io.aicc.runtime.Settings;
import java.net.URI;

/**
 * Where the server is and what it knows.
 *
 * @param language the one of its model, BCP 47
 * @param model what receivers are told of it
 */
record VoskSettings(URI url, String language, String model) {
    static VoskSettings read(Settings settings) {
        return new VoskSettings(
                settings.parsed(
                        "AICC_VOSK_URL",
                        "ws:// or wss:// address",
                        null,
                        "Where vosk-server listens, ws://vosk:2700 for example",
                        VoskSettings::url,
                        URI.create("ws://localhost")),
                settings.text(
                        "AICC_VOSK_LANGUAGE", "en-US", "Language of its model (BCP 47); calls in others are refused"),
                settings.text("AICC_VOSK_MODEL_NAME", "vosk", "What receivers are told of the model"));
    }

    boolean isSecure() {
        return url.getScheme().equals("wss");
    }

    private static URI url(String value) {
        URI url = URI.create(value);
        boolean webSocket = "ws".equals(url.getScheme()) || "wss".equals(url.getScheme());
        if (!webSocket || url.getHost() == null || url.getRawUserInfo() != null) {
            throw new IllegalArgumentException("must be ws://host:port or wss://host:port");
        }
        return url;
    }
}
