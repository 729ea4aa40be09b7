package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;

/** What a request is answered with. */
sealed interface Reply {
    /** One JSON tree. */
    record Tree(int code, JsonNode tree) implements Reply {}

    /** Plain text, such as {@code ok}. */
    record Text(String text) implements Reply {}

    /** Something that goes on: a watch, or a log that is followed. */
    record Streamed(String mediaType, Body body) implements Reply {}

    /** Writes until there is nothing more, or the client is gone. */
    @FunctionalInterface
    interface Body {
        void writeTo(OutputStream out) throws IOException, InterruptedException;
    }

    static Reply ok(JsonNode tree) {
        return new Tree(200, tree);
    }
}
