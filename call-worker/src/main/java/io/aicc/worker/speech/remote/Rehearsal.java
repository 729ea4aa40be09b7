package io.aicc.worker.speech.remote;

import io.aicc.crd.Codec;
import io.aicc.worker.speech.SpeechListener.Transcript;
import io.aicc.worker.speech.remote.RecognitionServer.Conversation;
import io.aicc.worker.speech.remote.RecognitionServer.Hearer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A moment of silence that a server is asked to recognise while the worker is warm: connections, encryption and rights are
 * settled before somebody speaks, and a worker whose settings the server refuses never becomes ready.
 */
public final class Rehearsal implements Hearer {
    private static final int MS = 100;
    private static final byte ULAW_SILENCE = (byte) 0xFF;

    private final Circuit circuit;
    private @Nullable Conversation conversation;
    private boolean spoken;

    private Rehearsal(Circuit circuit) {
        this.circuit = circuit;
    }

    /** Begins; the circuit learns how it ends. */
    public static void begin(RecognitionServer server, String language, Circuit circuit) {
        circuit.rehearses();
        Rehearsal rehearsal = new Rehearsal(circuit);
        rehearsal.speakIn(server.open(Codec.ULAW, 8_000, language, rehearsal));
    }

    private synchronized void speakIn(Conversation opened) {
        conversation = opened;
        ready();
    }

    @Override
    public synchronized void ready() {
        if (conversation != null && !spoken && conversation.ready()) {
            spoken = true;
            byte[] silence = new byte[8 * MS];
            Arrays.fill(silence, ULAW_SILENCE);
            conversation.send(silence);
            conversation.endAudio();
        }
    }

    @Override
    public void guessed(String text) {}

    @Override
    public void heard(Transcript transcript, long untilMs) {}

    @Override
    public void ended() {
        circuit.served();
    }

    @Override
    public void failed(Failure failure) {
        circuit.failed(failure);
    }
}
