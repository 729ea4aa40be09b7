package io.aicc.operator.ari.call;

import java.util.Locale;

/** The two sides of a call. */
enum Speaker {
    CUSTOMER,
    AGENT;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
