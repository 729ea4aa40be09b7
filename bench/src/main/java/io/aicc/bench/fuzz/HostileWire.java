package io.aicc.bench.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.aicc.wire.WireJson;
import io.aicc.wire.event.Event;
import io.aicc.wire.event.ReceiverMessage;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The JSON of receivers, both ways. */
final class HostileWire {
    private HostileWire() {}

    static void answer(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        try {
            ReceiverMessage message = WireJson.mapper().readValue(text, ReceiverMessage.class);
            if (message != null) {
                String again = WireJson.mapper().valueToTree(message).toString();
                Sound.same(message, WireJson.mapper().readValue(again, ReceiverMessage.class));
            }
        } catch (JsonProcessingException _) {
            // No answer: counted by whoever reads it.
        }
    }

    static void event(byte[] input) throws JsonProcessingException {
        Optional<Event> event;
        try {
            event = Event.parse(new String(input, StandardCharsets.UTF_8));
        } catch (JsonProcessingException _) {
            return;
        }
        if (event.isPresent()) {
            Sound.same(event, Event.parse(event.get().toJson()));
        }
    }
}
