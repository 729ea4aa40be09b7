package io.aicc.worker.speech;

import io.aicc.wire.event.Channel;
import io.aicc.worker.speech.SpeechListener.Transcript;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Whole turns through an engine's streams: as many streams as there ever were turns at a time, each used again. */
final class StreamedTurns implements TurnRecogniser {
    private static final int LONGEST_WAIT_S = 60;
    private static final String TURN = "turn";

    private final SpeechEngine engine;
    private final String language;
    private final ConcurrentLinkedDeque<Ear> idle = new ConcurrentLinkedDeque<>();

    /** Opens the first stream, to find out now whether the engine can serve. */
    StreamedTurns(SpeechEngine engine, String language) throws SpeechException {
        this.engine = engine;
        this.language = language;
        idle.push(new Ear());
    }

    @Override
    public Transcript recognise(EncodedAudio turn) throws SpeechException, InterruptedException {
        Ear free = idle.poll();
        Ear ear = free == null ? new Ear() : free;
        Transcript words = ear.hear(turn);
        idle.push(ear);
        return words;
    }

    @Override
    public void close() {
        for (Ear ear = idle.poll(); ear != null; ear = idle.poll()) {
            ear.stream.close();
        }
    }

    /** A stream, and the one turn it hears. One that failed is not used again. */
    private final class Ear implements SpeechListener {
        private final SpeechStream stream;
        private CompletableFuture<Transcript> result = new CompletableFuture<>();

        Ear() throws SpeechException {
            stream = engine.open(Channel.CUSTOMER, language, this);
        }

        Transcript hear(EncodedAudio turn) throws SpeechException, InterruptedException {
            result = new CompletableFuture<>();
            try {
                stream.begin(TURN, 0);
                turn.decodeTo(stream::audio);
                stream.end(turn.keptMs());
                return result.get(LONGEST_WAIT_S, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                stream.giveUp();
                stream.close();
                throw e;
            } catch (ExecutionException | TimeoutException | RuntimeException e) {
                stream.close();
                Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
                throw cause instanceof SpeechException known
                        ? known
                        : new SpeechException("a turn is lost: " + cause, cause);
            }
        }

        @Override
        public void interimResult(String utteranceId, String text, long endMs) {}

        @Override
        public void finalResult(String utteranceId, Transcript transcript) {
            result.complete(transcript);
        }

        @Override
        public void failed(String utteranceId, SpeechException cause) {
            result.completeExceptionally(cause);
        }
    }
}
