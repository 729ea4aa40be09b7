package io.aicc.worker.publish;

import io.aicc.wire.event.Channel;
import io.aicc.wire.event.EventBody;
import io.aicc.wire.event.EventBody.Gap;
import io.aicc.wire.event.EventBody.TranscriptFinal;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where words are missing of which no event told, since there was no room for it: those of a final, or of a gap. Kept until that
 * can be told on the timeline: for each speaker and reason one gap, from the first place to the last. Thread-safe.
 */
final class Untold {
    private static final String NO_ROOM = "outbox_full";

    private final Map<Kind, Gap> gaps = new LinkedHashMap<>();

    private record Kind(Channel channel, String reason) {}

    /** There was no room for this event; only a final and a gap speak of words. */
    void lost(EventBody body) {
        if (body instanceof TranscriptFinal words) {
            add(new Gap(words.channel(), NO_ROOM, words.startMs(), words.endMs()));
        } else if (body instanceof Gap gap) {
            add(gap);
        }
    }

    private synchronized void add(Gap missing) {
        gaps.merge(
                new Kind(missing.channel(), missing.reason()),
                missing,
                (earlier, later) -> new Gap(
                        later.channel(),
                        later.reason(),
                        Math.min(earlier.startMs(), later.startMs()),
                        Math.max(earlier.endMs(), later.endMs())));
    }

    /** Where the first of them begins, by channel. */
    synchronized Map<Channel, Long> starts() {
        Map<Channel, Long> starts = new EnumMap<>(Channel.class);
        gaps.values().forEach(gap -> starts.merge(gap.channel(), gap.startMs(), Math::min));
        return starts;
    }

    synchronized List<Gap> gaps() {
        return List.copyOf(gaps.values());
    }

    synchronized void told(Gap gap) {
        gaps.remove(new Kind(gap.channel(), gap.reason()), gap);
    }
}
