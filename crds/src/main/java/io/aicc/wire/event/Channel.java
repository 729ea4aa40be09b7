package io.aicc.wire.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** Who speaks. */
public enum Channel {
    @JsonProperty("customer")
    CUSTOMER,
    @JsonProperty("agent")
    AGENT;

    /** As it is written everywhere: in JSON, metrics, logs and ids. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
