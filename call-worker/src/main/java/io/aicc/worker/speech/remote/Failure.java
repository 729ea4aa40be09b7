package io.aicc.worker.speech.remote;

import java.util.Locale;

/**
 * Why a conversation with a server broke off.
 *
 * @param kind what to do about it
 * @param message what the server or the network said, on one line, without secrets
 */
public record Failure(Kind kind, String message) {
    private static final int LONGEST_MESSAGE = 300;

    /** What to do about it. */
    public enum Kind {
        /** Wrong settings or missing rights: trying again does not help, somebody has to change something. */
        CONFIGURATION,
        /** The server ends conversations that are too long or too quiet: go on in another one at once; nobody's fault. */
        LIMIT,
        /** Too much was asked for: wait longer, send less. */
        QUOTA,
        /** The server or the way to it is out of order: try again, soon at first. */
        TRANSPORT;

        /** As a metric's label. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Failure {
        String line = message.replaceAll("\\s+", " ").strip();
        message = line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE) + "…";
    }
}
