package io.aicc.operator.ari.call;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec.CallEvent.Type;
import io.aicc.crd.CallSessionSpec.EndMark;
import io.aicc.crd.CallSessionSpec.MediaSources;
import io.aicc.crd.CallSessionSpec.PbxReference;
import io.aicc.crd.CallSessionStatus;
import io.aicc.operator.ari.pbx.Conversation;
import io.aicc.operator.ari.pbx.Conversation.Stage;
import io.aicc.operator.ari.pbx.PbxChannel;
import io.aicc.operator.ari.pbx.PbxEvent.Signal;
import io.aicc.wire.event.Channel;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What we write into one session after it is made: where its audio comes from, what happened, that it is over. Writes only
 * what has changed, and events that come close together in one write. Not thread-safe.
 */
final class CallRecord {
    /** Events within this time share a write. */
    private static final Duration COALESCE = Duration.ofMillis(250);

    private final CallSessions sessions;
    private final CallEvents events;
    private CallSession session;
    private @Nullable MediaSources told;
    private boolean ended;
    private boolean closed;
    private @Nullable String firstLeg;
    private @Nullable Instant eventsWritten;

    CallRecord(CallSessions sessions, CallSession session) {
        this.sessions = sessions;
        this.session = session;
        this.events = new CallEvents(session.getSpec().callEvents());
        this.told = session.getSpec().mediaSources();
        this.ended = session.getSpec().ended() != null;
        this.closed = isTerminal(session);
    }

    CallSession session() {
        return session;
    }

    /** The session is so now; null when it is deleted, or only out of our sight: its label may be gone. */
    void update(@Nullable CallSession now) {
        CallSession found = now == null ? sessions.find(name()).orElse(null) : now;
        closed = found == null || !isSame(found) || isTerminal(found);
        if (found != null && isSame(found)) {
            session = found;
            ended |= found.getSpec().ended() != null;
        }
    }

    /** Whether nothing is transcribed any more: the session is over, failed or deleted. */
    boolean closed() {
        return closed;
    }

    /** Whether it is no other one under the same name; those of a rehearsal have none that stays. */
    private boolean isSame(CallSession found) {
        String uid = found.getMetadata().getUid();
        return sessions.rehearsed() || uid.equals(session.getMetadata().getUid());
    }

    private static boolean isTerminal(CallSession session) {
        CallSessionStatus status = session.getStatus();
        return status != null && status.phase() != null && status.phase().terminal();
    }

    boolean ended() {
        return ended;
    }

    /** A party did something beside talking. */
    void note(Conversation call, String channel, Signal signal, Instant at) {
        Type type =
                switch (signal) {
                    case HOLD -> Type.Hold;
                    case UNHOLD -> Type.Unhold;
                    case DIGIT -> Type.Dtmf;
                };
        if (channel.equals(call.customer().id())) {
            events.add(at, type, Channel.CUSTOMER, null);
        } else if (call.agents().stream().map(PbxChannel::id).anyMatch(channel::equals)) {
            events.add(at, type, Channel.AGENT, null);
        }
    }

    /** Whoever talks to the customer now; an event when it is somebody else than before. */
    void noteAgents(Conversation call, Instant at) {
        if (call.stage() != Stage.TALKING) {
            return;
        }
        if (firstLeg == null) {
            PbxReference pbx = session.getSpec().pbx();
            String asked = pbx == null ? null : pbx.agentChannelId();
            firstLeg = asked != null ? asked : call.agents().getFirst().id();
        }
        String first = session.getSpec().agentId();
        String who = Acceptable.text(call.agents().stream()
                .map(leg -> first != null && leg.id().equals(firstLeg) ? first : leg.endpoint())
                .collect(Collectors.joining(", ")));
        if (!Objects.equals(who, events.agent(first))) {
            events.add(at, Type.ParticipantChanged, Channel.AGENT, who);
        }
    }

    /** Where the PBX sends from; nothing is written while it is not known, or known already. */
    void tellSources(MediaSources sources) {
        boolean known = sources.customer() != null || sources.agent() != null;
        if (known && !sources.equals(told)) {
            sessions.setSources(name(), sources);
            told = sources;
        }
    }

    /** Writes what happened, unless that was done a moment ago; @return how long to wait before calling again, or zero. */
    Duration tellEvents(Instant now) {
        if (!events.unwritten()) {
            return Duration.ZERO;
        }
        if (eventsWritten != null && now.isBefore(eventsWritten.plus(COALESCE))) {
            return Duration.between(now, eventsWritten.plus(COALESCE));
        }
        writeEvents();
        eventsWritten = now;
        return Duration.ZERO;
    }

    /** Says that the call is over. */
    void end(EndMark mark) {
        if (events.unwritten()) {
            writeEvents();
        }
        sessions.markEnded(name(), mark);
        ended = true;
    }

    private void writeEvents() {
        var all = events.all();
        sessions.setEvents(name(), all);
        events.wrote(all.size());
    }

    private String name() {
        return session.getMetadata().getName();
    }
}
