package io.aicc.worker.publish;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody.Gap;
import io.aicc.wire.event.EventBody.TranscriptFinal;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Where words were said for which there was no room, until that can be told on the timeline. Thread-safe. */
final class LostWords {
    private static final String REASON = "outbox_full";

    private final Map<Channel, Gap> untold = new EnumMap<>(Channel.class);

    synchronized void lost(TranscriptFinal words) {
        untold.merge(
                words.channel(),
                new Gap(words.channel(), REASON, words.startMs(), words.endMs()),
                (earlier, later) -> new Gap(
                        later.channel(),
                        REASON,
                        Math.min(earlier.startMs(), later.startMs()),
                        Math.max(earlier.endMs(), later.endMs())));
    }

    /** Where the words begin that are not told yet, by channel. */
    synchronized Map<Channel, Long> starts() {
        Map<Channel, Long> starts = new EnumMap<>(Channel.class);
        untold.forEach((channel, gap) -> starts.put(channel, gap.startMs()));
        return starts;
    }

    synchronized List<Gap> untold() {
        return List.copyOf(untold.values());
    }

    synchronized void told(Gap gap) {
        untold.remove(gap.channel(), gap);
    }
}
