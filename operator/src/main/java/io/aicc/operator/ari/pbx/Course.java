package io.aicc.operator.ari.pbx;

import io.aicc.operator.ari.pbx.Conversation.EndReason;
import io.aicc.operator.ari.pbx.Conversation.Stage;
import io.aicc.operator.ari.pbx.PbxEvent.DialStatus;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What has become of a customer's call so far: as much history as it takes to say why it ended. */
final class Course {
    private final long age;
    private TranscriptionMark mark;
    private PbxChannel customer;
    private boolean answered;
    private boolean begun;
    private boolean customerAsked;
    private List<String> agents = List.of();
    private @Nullable String behind;
    private @Nullable EndReason left;
    private boolean drifted;
    private @Nullable DialStatus dial;
    private @Nullable EndReason end;

    /** @param age rises from call to call */
    Course(long age, TranscriptionMark mark, PbxChannel customer) {
        this.age = age;
        this.mark = mark;
        this.customer = customer;
    }

    TranscriptionMark mark() {
        return mark;
    }

    PbxChannel customer() {
        return customer;
    }

    boolean olderThan(Course other) {
        return age < other.age;
    }

    boolean over() {
        return end != null;
    }

    /** The dialplan may still be about to say more; from the first ring on the mark stays as it is. */
    void marked(TranscriptionMark now) {
        if (!begun || (now.announced() && !mark.announced())) {
            mark = now;
        }
        begun |= now.announced();
    }

    void seen(PbxChannel now) {
        customer = now;
    }

    /** Somebody else is the customer from now on; who has left so far has not left them. */
    void handOn(PbxChannel successor) {
        customer = successor;
        customerAsked = false;
        left = null;
    }

    void dialFailed(DialStatus status) {
        dial = status;
    }

    void hangupAsked(String channel) {
        boolean byCustomer = channel.equals(customer.id());
        customerAsked |= byCustomer;
        if (left == null && (byCustomer || agents.contains(channel))) {
            left = byCustomer ? EndReason.CustomerHangup : EndReason.AgentHangup;
        }
    }

    /** Who speaks through the customer's channel when that is a Local one; null when nobody does, or several. */
    @Nullable
    String behind() {
        return behind;
    }

    /** Whether one of these is whom the customer talked to last. */
    boolean talkedTo(Set<String> channels) {
        return agents.stream().anyMatch(channels::contains);
    }

    /**
     * Takes note of how the call stands after something happened.
     *
     * @param speaker who speaks through the customer's channel
     */
    void observe(Conversation now, @Nullable String speaker) {
        if (speaker != null) {
            behind = speaker;
        }
        begun |= now.stage() == Stage.RINGING || now.stage() == Stage.TALKING;
        if (now.stage() == Stage.TALKING) {
            answered = true;
            List<String> talking = now.agents().stream().map(PbxChannel::id).toList();
            if (!talking.equals(agents) || drifted) { // Whoever is back has not hung up.
                agents = talking;
                left = null;
                drifted = false;
            }
        } else if (now.stage() == Stage.ALONE && !agents.isEmpty() && left == null) {
            left = EndReason.AgentHangup;
            drifted = true;
        }
    }

    /** @param watched whether we saw it end, or found it ended */
    void end(boolean watched) {
        if (end == null) {
            end = watched ? reason() : EndReason.EndedUnwatched;
        }
    }

    Conversation conversation(Stage stage, List<PbxChannel> others) {
        return new Conversation(mark, customer, over() ? Stage.OVER : stage, over() ? List.of() : others, end);
    }

    private EndReason reason() {
        if (answered) {
            return left == null ? EndReason.CustomerHangup : left;
        }
        return switch (dial) {
            case BUSY -> EndReason.Busy;
            case NO_ANSWER -> EndReason.NoAnswer;
            case UNREACHABLE -> EndReason.Unreachable;
            case CANCELLED -> customerAsked ? EndReason.Cancelled : EndReason.NoAnswer;
            case CALLING, RINGING, ANSWERED -> EndReason.Unanswered;
            case null -> customerAsked ? EndReason.Cancelled : EndReason.Unanswered;
        };
    }
}
