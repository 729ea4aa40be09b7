package io.aicc.wire.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What a receiver says to us; a receiver that says nothing still works. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ReceiverMessage.Ack.class, name = "ack"),
    @JsonSubTypes.Type(value = ReceiverMessage.Resume.class, name = "resume")
})
public sealed interface ReceiverMessage {
    /**
     * "I have every durable event of this worker up to here."
     *
     * @param seq of the newest event received; cumulative
     */
    record Ack(@JsonProperty(required = true) long seq) implements ReceiverMessage {}

    /**
     * First message on a connection: "this is what I have of the session from this worker", which the handshake's {@code Aicc-Generation} names.
     *
     * @param lastSeq of the newest event received, 0 for none
     */
    record Resume(@JsonProperty(required = true) long lastSeq) implements ReceiverMessage {}
}
