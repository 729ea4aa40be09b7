package io.aicc.demo.script;

/** A recording or a conversation is missing or unfit; the message says which, expected and got, and what to do. */
public final class ScriptException extends Exception {
    private static final long serialVersionUID = 1L;

    ScriptException(String message) {
        super(message);
    }

    ScriptException(String message, Throwable cause) {
        super(message, cause);
    }
}
