package io.aicc.bench.calls;

import io.aicc.demo.script.Conversation;
import io.aicc.wire.event.Channel;
import java.util.Collections;

/**
 * What is said in a call.
 *
 * @param number of the call, counted from 1 over all lines
 * @param times how often the two say it, one after the other
 */
record Talk(int number, Conversation conversation, int times) {
    String callId() {
        return "bench-" + number;
    }

    /** A number that only this speaker has, of all calls. */
    long speaker(Channel channel) {
        return 2L * number + channel.ordinal();
    }

    /** Every word of a speaker. */
    String text(Channel channel) {
        return String.join("\n", Collections.nCopies(times, conversation.text(channel)));
    }
}
