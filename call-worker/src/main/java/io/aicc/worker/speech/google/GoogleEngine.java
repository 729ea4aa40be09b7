package io.aicc.worker.speech.google;

import io.aicc.crd.Codec;
import io.aicc.runtime.Health;
import io.aicc.runtime.Tasks;
import io.aicc.wire.event.Channel;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener;
import io.aicc.worker.speech.SpeechStream;
import io.aicc.worker.speech.TurnPool;
import io.aicc.worker.speech.TurnRecogniser;
import io.aicc.worker.speech.remote.Circuit;
import io.aicc.worker.speech.remote.RecognitionServer;
import io.aicc.worker.speech.remote.RemoteParts;
import io.aicc.worker.speech.remote.RemoteStream;
import io.aicc.worker.speech.remote.SilenceProbe;
import io.aicc.worker.speech.remote.StreamTiming;
import io.aicc.worker.speech.remote.Timer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Recognises with Google Speech. An utterance is a stream of its own on one connection that both speakers share: half-closing
 * it makes Google say the last words at once, and silence costs nothing. What streaming cannot, {@code Recognize} does.
 */
final class GoogleEngine implements SpeechEngine, RecognitionServer {
    /** As RTP brings it: words wait for nothing, and the limit of 15 KB is far. */
    private static final int PIECE_MS = 20;

    private final GoogleSettings settings;
    private final StreamTiming timing;
    private final GoogleClient client;
    private final GoogleRequests requests;
    private final Circuit circuit;
    private final Counter rotations;
    private final Tasks tasks;
    private final Timer.Threaded timer;
    private @Nullable TurnPool fallback;
    private String fallbackLanguage = "";
    private boolean probed;

    private GoogleEngine(GoogleSettings settings, GoogleClient client, Tasks tasks, MeterRegistry registry) {
        this.settings = settings;
        this.timing = StreamTiming.within(settings.longestStream());
        this.client = client;
        this.tasks = tasks;
        this.timer = Timer.threaded(tasks);
        this.requests = new GoogleRequests(settings);
        this.circuit = new Circuit(GoogleProvider.NAME, timing, registry, System::nanoTime);
        this.rotations = RemoteParts.rotations(GoogleProvider.NAME, registry);
    }

    static GoogleEngine start(GoogleSettings settings, Tasks tasks, MeterRegistry registry) throws SpeechException {
        return new GoogleEngine(settings, GoogleClient.of(settings), tasks, registry);
    }

    @Override
    public String name() {
        return GoogleProvider.NAME;
    }

    @Override
    public String model() {
        return settings.ownRecognizer() ? settings.recognizer() : settings.model();
    }

    @Override
    public SpeechStream open(Channel channel, String language, SpeechListener listener) {
        probe(language);
        TurnPool turns = fallback(language);
        return new RemoteStream(
                new RemoteParts(this, circuit, turns, timer, timing, rotations, System::nanoTime), language, listener);
    }

    /** Both speakers fall back on the same threads. */
    private synchronized TurnPool fallback(String language) {
        TurnPool pool = fallback;
        if (pool == null || !sameModel(fallbackLanguage, language)) {
            if (pool != null) {
                pool.close();
            }
            pool = new TurnPool(new GoogleTurns(client.speech(), requests, language, circuit), tasks);
            fallback = pool;
            fallbackLanguage = language;
        }
        return pool;
    }

    @Override
    public TurnRecogniser turns(String language) {
        probe(language);
        return new GoogleTurns(client.speech(), requests, language, circuit);
    }

    private synchronized void probe(String language) {
        if (!probed) {
            probed = true;
            SilenceProbe.begin(this, language, circuit, timer, timing);
        }
    }

    @Override
    public synchronized OptionalInt turnThreads() {
        return fallback == null ? OptionalInt.empty() : fallback.size();
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
        return GoogleConversation.open(client.speech(), requests.first(codec, sampleRateHz, language), codec, hearer);
    }

    @Override
    public synchronized void close() {
        timer.close();
        if (fallback != null) {
            fallback.close();
        }
        client.close();
    }
}
