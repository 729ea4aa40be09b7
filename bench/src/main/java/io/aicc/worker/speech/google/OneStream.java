package io.aicc.worker.speech.google;

import io.aicc.crd.Codec;
import io.aicc.runtime.Settings;
import io.aicc.runtime.SettingsException;
import io.aicc.worker.speech.SpeechException;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.Transcripts;
import io.aicc.worker.speech.remote.Failure;
import io.aicc.worker.speech.remote.RecognitionServer.Conversation;
import io.aicc.worker.speech.remote.RecognitionServer.Hearer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * A recording to a server by one stream, however long it is, and as fast as the server takes it: what a worker would hear if
 * there were no limits. In this package because only it speaks to such a server.
 */
public final class OneStream implements Hearer {
    private static final int SAMPLE_RATE_HZ = 8000;
    private static final int PIECE_BYTES = SAMPLE_RATE_HZ / 50;

    private final List<Transcript> heard = new ArrayList<>();
    private final Semaphore wakeUps = new Semaphore(0);
    private final CompletableFuture<Optional<Failure>> over = new CompletableFuture<>();

    private OneStream() {}

    /**
     * Waits until all of it is recognised.
     *
     * @param settings of the engine {@code google}
     * @param recording µ-law, 8 kHz
     * @throws SpeechException when the stream broke
     */
    public static Transcript hear(Map<String, String> settings, String language, byte[] recording)
            throws SettingsException, SpeechException, InterruptedException {
        Map<String, String> ofTheEngine = new HashMap<>(settings);
        ofTheEngine.remove("AICC_STT_ENGINE");
        GoogleSettings google = Settings.load(ofTheEngine, GoogleSettings::read);
        try (GoogleClient client = GoogleClient.of(google)) {
            OneStream stream = new OneStream();
            Conversation conversation = GoogleConversation.open(
                    client.speech(),
                    new GoogleRequests(google).first(Codec.ULAW, SAMPLE_RATE_HZ, language),
                    Codec.ULAW,
                    stream);
            stream.say(conversation, recording);
            Optional<Failure> failure = stream.over.join();
            if (failure.isPresent()) {
                throw new SpeechException("the stream broke: " + failure.get().message());
            }
            return Transcripts.joined(List.copyOf(stream.heard));
        }
    }

    private void say(Conversation conversation, byte[] recording) throws InterruptedException {
        for (int from = 0; from < recording.length && !over.isDone(); from += PIECE_BYTES) {
            while (!conversation.ready() && !over.isDone()) {
                wakeUps.acquire();
            }
            conversation.send(Arrays.copyOfRange(recording, from, Math.min(from + PIECE_BYTES, recording.length)));
        }
        conversation.endAudio();
    }

    @Override
    public void ready() {
        wakeUps.release();
    }

    @Override
    public void guessed(String text) {}

    @Override
    public void heard(Transcript transcript, long untilMs) {
        heard.add(transcript);
    }

    @Override
    public void ended() {
        over.complete(Optional.empty());
        wakeUps.release();
    }

    @Override
    public void failed(Failure failure) {
        over.complete(Optional.of(failure));
        wakeUps.release();
    }
}
