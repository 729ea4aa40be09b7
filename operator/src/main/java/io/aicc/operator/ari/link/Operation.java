package io.aicc.operator.ari.link;

import java.util.Locale;

/** What a PBX is asked for, by the names that logs and metrics have for it. */
enum Operation {
    SNOOP,
    EXTERNAL_MEDIA,
    GET_VARIABLE,
    CREATE_BRIDGE,
    JOIN,
    HANG_UP,
    DESTROY_BRIDGE,
    CONTINUE,
    LIST_CHANNELS,
    LIST_BRIDGES,
    FILTER_EVENTS,
    PING;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
