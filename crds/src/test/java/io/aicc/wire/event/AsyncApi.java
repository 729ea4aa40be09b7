package io.aicc.wire.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aicc.wire.WireJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The conversation with a receiver as an AsyncAPI 3.0 document, from the receiver's side; made from the types. */
final class AsyncApi {
    private static final String CHANNEL = "#/channels/transcripts";

    private AsyncApi() {}

    static ObjectNode document(List<JsonNode> examples) {
        ObjectNode messages = WireJson.mapper().createObjectNode();
        List<String> events = new ArrayList<>();
        for (JsonNode example : examples) {
            String type = example.get("type").asText();
            events.add(type);
            add(
                    messages,
                    type,
                    EventSchema.ofEvent(
                            type, Objects.requireNonNull(EventBody.types().get(type))),
                    example);
        }
        ReceiverMessage.Ack ack = new ReceiverMessage.Ack(17);
        add(
                messages,
                "ack",
                EventSchema.ofAnswer("ack", ack.getClass()),
                WireJson.mapper().valueToTree(ack));
        ReceiverMessage.Resume resume = new ReceiverMessage.Resume(12);
        add(
                messages,
                "resume",
                EventSchema.ofAnswer("resume", resume.getClass()),
                WireJson.mapper().valueToTree(resume));

        ObjectNode document = WireJson.mapper().createObjectNode().put("asyncapi", "3.0.0");
        document.putObject("info")
                .put("title", "aicc transcript events")
                .put("version", Event.VERSION + ".0.0")
                .put(
                        "description",
                        "What a receiver of transcripts gets and answers. Generated from the types; events.md explains it. "
                                + "Types and properties that you do not know are no error.");
        document.put("defaultContentType", "application/json");
        document.putObject("channels").set("transcripts", channel(messages));
        ObjectNode operations = document.putObject("operations");
        operations.set("receiveEvents", operation("receive", events));
        operations.set("answer", operation("send", List.of("ack", "resume")));
        document.putObject("components").set("messages", messages);
        return document;
    }

    private static void add(ObjectNode messages, String name, ObjectNode payload, JsonNode example) {
        ObjectNode message = messages.putObject(name).put("name", name).put("contentType", "application/json");
        message.set("payload", payload);
        message.putArray("examples").addObject().set("payload", example);
    }

    private static ObjectNode channel(ObjectNode messages) {
        ObjectNode channel = WireJson.mapper()
                .createObjectNode()
                .putNull("address")
                .put(
                        "description",
                        "One WebSocket per session, worker and receiver, at the address that the receiver chose.");
        ObjectNode references = channel.putObject("messages");
        messages.fieldNames()
                .forEachRemaining(name -> references.putObject(name).put("$ref", "#/components/messages/" + name));
        ObjectNode webSocket = channel.putObject("bindings").putObject("ws").put("method", "GET");
        ObjectNode headers = webSocket.putObject("headers").put("type", "object");
        ObjectNode properties = headers.putObject("properties");
        properties
                .putObject("Authorization")
                .put("type", "string")
                .put("description", "Bearer and a JWT with client_id, permissions, iat and exp.");
        properties.putObject("Aicc-Session-Id").put("type", "string").put("description", "Which session it is about.");
        properties
                .putObject("Aicc-Generation")
                .put("type", "string")
                .put("pattern", "^[1-9][0-9]*$")
                .put(
                        "description",
                        "Which of the session's workers this is, 1 for the first: resume, ack and proof are for each of them. "
                                + "Workers of the release before do not say it.");
        headers.putArray("required").add("Authorization").add("Aicc-Session-Id");
        webSocket.put("bindingVersion", "0.1.0");
        return channel;
    }

    private static ObjectNode operation(String action, List<String> names) {
        ObjectNode operation = WireJson.mapper().createObjectNode().put("action", action);
        operation.putObject("channel").put("$ref", CHANNEL);
        ArrayNode messages = operation.putArray("messages");
        names.forEach(name -> messages.addObject().put("$ref", CHANNEL + "/messages/" + name));
        return operation;
    }
}
