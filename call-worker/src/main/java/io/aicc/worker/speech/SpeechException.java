package io.aicc.worker.speech;

/** Recognition failed; the message says what failed, expected and got, and what to do. */
public final class SpeechException extends Exception {
    private static final long serialVersionUID = 1L;

    public SpeechException(String message) {
        super(message);
    }

    public SpeechException(String message, Throwable cause) {
        super(message, cause);
    }
}
