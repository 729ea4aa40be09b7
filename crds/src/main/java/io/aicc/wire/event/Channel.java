package io.aicc.wire.event;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Who speaks. */
public enum Channel {
    @JsonProperty("customer")
    CUSTOMER,
    @JsonProperty("agent")
    AGENT
}
