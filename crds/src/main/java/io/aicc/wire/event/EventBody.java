package io.aicc.wire.event;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an event says. Offsets are milliseconds of media since the session became ready; what is before that is below zero. All but interims and heartbeats are
 * durable: kept until every receiver has them.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public sealed interface EventBody {
    /** The name on the wire, {@code transcript.final} for example. */
    String type();

    /** Whether the event must reach every receiver; the others are latest-wins. */
    default boolean durable() {
        return true;
    }

    /** A worker has the call and hears what comes. Always the first event. Number, id and language come from the PBX: escape them. */
    record SessionStarted(
            @Nullable String customerNumber, @Nullable String agentId, String language, int generation)
            implements EventBody {
        static final String TYPE = "session.started";

        @Override
        public String type() {
            return TYPE;
        }
    }

    /** Somebody begins to speak. */
    record SpeechStarted(Channel channel, String utteranceId, long startMs) implements EventBody {
        static final String TYPE = "speech.started";

        @Override
        public String type() {
            return TYPE;
        }
    }

    /** Somebody stopped speaking; the final of that utterance follows. */
    record SpeechEnded(Channel channel, String utteranceId, long startMs, long endMs) implements EventBody {
        static final String TYPE = "speech.ended";

        @Override
        public String type() {
            return TYPE;
        }
    }

    /** The words so far of an utterance that goes on. Each revision replaces the one before. */
    record TranscriptInterim(
            Channel channel,
            String utteranceId,
            int revision,
            boolean isFinal,
            long startMs,
            long endMs,
            String text,
            String language,
            @Nullable Double confidence,
            Stt stt)
            implements EventBody {
        static final String TYPE = "transcript.interim";

        @Override
        public String type() {
            return TYPE;
        }

        @Override
        public boolean durable() {
            return false;
        }
    }

    /** The words of an utterance, for good; never edited afterwards. An utterance without words has an empty text. */
    record TranscriptFinal(
            Channel channel,
            String utteranceId,
            int revision,
            boolean isFinal,
            long startMs,
            long endMs,
            String text,
            String language,
            @Nullable Double confidence,
            List<Word> words,
            Stt stt)
            implements EventBody {
        static final String TYPE = "transcript.final";

        @Override
        public String type() {
            return TYPE;
        }
    }

    /**
     * What a speaker may have said is missing: {@code not_ready} (before the first audio came), {@code packets_lost},
     * {@code nothing_sent} (for more than two seconds), {@code worker_replaced}, {@code overload}, {@code stt_failed},
     * {@code outbox_full} (its words found no room).
     */
    record Gap(Channel channel, String reason, long startMs, long endMs) implements EventBody {
        static final String TYPE = "gap";

        @Override
        public String type() {
            return TYPE;
        }
    }

    /** A party was put on hold. */
    record CallHold(Channel channel, long atMs) implements EventBody {
        static final String TYPE = "call.hold";

        @Override
        public String type() {
            return TYPE;
        }
    }

    /** A party is back from hold. */
    record CallUnhold(Channel channel, long atMs) implements EventBody {
        static final String TYPE = "call.unhold";

        @Override
        public String type() {
            return TYPE;
        }
    }

    /** Somebody else speaks on a channel from now on, after a transfer for example. */
    record ParticipantChanged(
            Channel channel, long atMs, @Nullable String participantId) implements EventBody {
        static final String TYPE = "participant.changed";

        @Override
        public String type() {
            return TYPE;
        }
    }

    /** A key was pressed. The digit is masked: it may be a card number. */
    record Dtmf(Channel channel, long atMs, String digit) implements EventBody {
        static final String TYPE = "dtmf";

        @Override
        public String type() {
            return TYPE;
        }
    }

    /**
     * The last event of a session, with the counts that let a receiver prove it has everything.
     *
     * @param reason why the call ended, one CamelCase word
     * @param durationMs from when the session was ready to its end
     * @param finals final transcripts sent, by channel
     * @param durableEvents durable events sent, this one included
     * @param outboxDropped durable events that the outbox had to drop for want of space; 0 when nothing is missing
     */
    record SessionEnded(
            String reason, long durationMs, Map<Channel, Long> finals, long durableEvents, long outboxDropped)
            implements EventBody {
        static final String TYPE = "session.ended";

        @Override
        public String type() {
            return TYPE;
        }
    }

    /** Nothing happened, and the worker lives. */
    record Heartbeat() implements EventBody {
        static final String TYPE = "heartbeat";

        @Override
        public String type() {
            return TYPE;
        }

        @Override
        public boolean durable() {
            return false;
        }
    }

    /** A recognised word and its place on the timeline. */
    record Word(
            String text, long startMs, long endMs, @Nullable Double confidence) {}

    /** Who recognised it; latency from the last audio of the utterance to the result, milliseconds. */
    record Stt(String engine, String model, long latencyMs) {}

    /** Every type by its name on the wire. */
    static Map<String, Class<? extends EventBody>> types() {
        return Map.ofEntries(
                Map.entry(SessionStarted.TYPE, SessionStarted.class),
                Map.entry(SpeechStarted.TYPE, SpeechStarted.class),
                Map.entry(SpeechEnded.TYPE, SpeechEnded.class),
                Map.entry(TranscriptInterim.TYPE, TranscriptInterim.class),
                Map.entry(TranscriptFinal.TYPE, TranscriptFinal.class),
                Map.entry(Gap.TYPE, Gap.class),
                Map.entry(CallHold.TYPE, CallHold.class),
                Map.entry(CallUnhold.TYPE, CallUnhold.class),
                Map.entry(ParticipantChanged.TYPE, ParticipantChanged.class),
                Map.entry(Dtmf.TYPE, Dtmf.class),
                Map.entry(SessionEnded.TYPE, SessionEnded.class),
                Map.entry(Heartbeat.TYPE, Heartbeat.class));
    }
}
