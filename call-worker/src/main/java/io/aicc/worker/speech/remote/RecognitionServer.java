package io.aicc.worker.speech.remote;

import io.aicc.crd.Codec;
import io.aicc.worker.speech.SpeechListener.Transcript;

/** A server that recognises speech, whatever it is spoken to in. */
public interface RecognitionServer {
    /** How much audio goes out in one piece, milliseconds; what is less waits for more unless the audio ends. */
    int pieceMs();

    /**
     * Begins to recognise a stretch of audio. Returns at once: what happens is told to the hearer, from any thread.
     *
     * @param codec of the bytes that will be sent, as they travelled in RTP
     * @param language BCP 47 tag
     */
    Conversation open(Codec codec, int sampleRateHz, String language, Hearer hearer);

    /** Our side of a conversation. Nothing here waits; after a failure all of it does nothing. */
    interface Conversation {
        /** Whether {@link #send} may be called; when it may not, {@link Hearer#ready} is called once it may. */
        boolean ready();

        /** The next audio, at most 100 ms. */
        void send(byte[] audio);

        /** There is no more audio; results of what was sent still come, then {@link Hearer#ended}. */
        void endAudio();

        /** Nobody waits for results any more. */
        void cancel();
    }

    /** The server's side of a conversation: any number of results, then one end or one failure. */
    interface Hearer {
        /** More audio may be sent. */
        void ready();

        /** Words that may still change, of the audio after the last {@link #heard}. */
        void guessed(String text);

        /**
         * Words for good.
         *
         * @param transcript times in milliseconds from the first audio of this conversation
         * @param untilMs the audio before this is settled
         */
        void heard(Transcript transcript, long untilMs);

        /** The server has said everything about all that it was sent. */
        void ended();

        void failed(Failure failure);
    }
}
