package io.aicc.demo.player;

/** The system did not do what a call needs. */
public final class CallFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    CallFailedException(String message) {
        super(message);
    }

    static CallFailedException deleted(String session) {
        return new CallFailedException("CallSession " + session + " was deleted");
    }
}
