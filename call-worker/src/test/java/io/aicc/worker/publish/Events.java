package io.aicc.worker.publish;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Event bodies for tests. */
final class Events {
    static final EventBody.Stt STT = new EventBody.Stt("sphinx", "phrases", 12);

    private Events() {}

    static EventBody started() {
        return started(1);
    }

    static EventBody started(int generation) {
        return new EventBody.SessionStarted("+4930123456", "agent-7", "en-US", generation);
    }

    static EventBody interim(Channel channel, String utterance, String text) {
        return new EventBody.TranscriptInterim(channel, utterance, 1, false, 0, 100, text, "en-US", null, STT);
    }

    static EventBody words(Channel channel, String utterance, String text) {
        return new EventBody.TranscriptFinal(channel, utterance, 2, true, 0, 100, text, "en-US", null, List.of(), STT);
    }

    static EventBody words(int number) {
        return words(Channel.CUSTOMER, "customer-" + number, "sentence " + number);
    }

    /** Of the customer. */
    static EventBody gap(String reason, long startMs, long endMs) {
        return new EventBody.Gap(Channel.CUSTOMER, reason, startMs, endMs);
    }

    static EventBody ended() {
        return ended("CustomerHangup");
    }

    static EventBody ended(String reason) {
        return new EventBody.SessionEnded(reason, 1000, Map.of(), 0, 0);
    }

    /** The texts of {@link #words} from one number to another. */
    static List<String> sentences(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(it -> "sentence " + it).toList();
    }
}
