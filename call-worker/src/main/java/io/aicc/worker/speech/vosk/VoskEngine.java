package io.aicc.worker.speech.vosk;

import io.aicc.crd.Codec;
import io.aicc.runtime.Health;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import io.aicc.worker.speech.remote.Circuit;
import io.aicc.worker.speech.remote.RecognitionServer;
import io.aicc.worker.speech.remote.RemoteParts;
import io.aicc.worker.speech.remote.RemoteStream;
import io.aicc.worker.speech.remote.SilenceProbe;
import io.aicc.worker.speech.remote.StreamTiming;
import io.aicc.worker.speech.remote.Timer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Recognises on a vosk-server, which many workers share. An utterance is a connection of its own: the server ends it itself. */
final class VoskEngine implements SpeechEngine, RecognitionServer {
    /** The server answers every piece, and decodes in steps of about this length. */
    private static final int PIECE_MS = 100;

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

    /** The server itself sets no limit. */
    private static final StreamTiming TIMING = StreamTiming.within(Duration.ofMinutes(10));

    private final VoskSettings settings;
    private final HttpClient http;
    private final Timer.Threaded timer;
    private final Circuit circuit;
    private final Counter rotations;
    private boolean probed;

    VoskEngine(VoskSettings settings, Tasks tasks, MeterRegistry registry) {
        this.settings = settings;
        this.timer = Timer.threaded(tasks);
        this.http = client(settings.isSecure());
        this.circuit = new Circuit(VoskProvider.NAME, TIMING, registry, System::nanoTime);
        this.rotations = RemoteParts.rotations(VoskProvider.NAME, registry);
    }

    /** Left alone, a client reads every certificate that the JDK trusts: part of every start, and memory that stays. */
    private static HttpClient client(boolean secure) {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(CONNECT_LIMIT);
        return secure ? builder.build() : builder.sslContext(trustingNobody()).build();
    }

    private static SSLContext trustingNobody() {
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[0], null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS: required of every Java platform", e);
        }
    }

    @Override
    public String name() {
        return VoskProvider.NAME;
    }

    @Override
    public String model() {
        return settings.model();
    }

    @Override
    public SpeechStream open(Channel channel, String language, SpeechListener listener) throws SpeechException {
        if (!sameModel(language, settings.language())) {
            throw new SpeechException(
                    "engine vosk recognises %s here, got language '%s': choose another engine, or set AICC_VOSK_LANGUAGE to the language of the server's model"
                            .formatted(settings.language(), language));
        }
        probe();
        return new RemoteStream(
                new RemoteParts(this, circuit, null, timer, TIMING, rotations, System::nanoTime), language, listener);
    }

    private synchronized void probe() {
        if (!probed) {
            probed = true;
            SilenceProbe.begin(this, settings.language(), circuit, timer, TIMING);
        }
    }

    /** A model knows a language, whatever the country. */
    @Override
    public boolean sameModel(String language, String other) {
        return Locale.forLanguageTag(language)
                .getLanguage()
                .equals(Locale.forLanguageTag(other).getLanguage());
    }

    @Override
    public Health.State health() {
        return circuit.health();
    }

    @Override
    public int pieceMs() {
        return PIECE_MS;
    }

    @Override
    public Conversation open(Codec codec, int sampleRateHz, String language, Hearer hearer) {
        return VoskConversation.open(http, settings.url(), CONNECT_LIMIT, codec, sampleRateHz, hearer);
    }

    @Override
    public void close() {
        timer.close();
        http.shutdownNow();
    }
}
