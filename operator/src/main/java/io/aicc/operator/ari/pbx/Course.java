package io.aicc.operator.ari.pbx;

import io.aicc.operator.ari.pbx.Conversation.EndReason;
import io.aicc.operator.ari.pbx.Conversation.Stage;
import io.aicc.operator.ari.pbx.PbxEvent.DialStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has become of a customer's call so far: as much history as it takes to say why it ended. */
final class Course {
    private final long age;
    private Mark mark;
    private PbxChannel customer;
    private boolean answered;
    private boolean begun;
    private boolean customerAsked;
    private List<String> agents = List.of();
    private @Nullable EndReason left;
    private @Nullable DialStatus dial;
    private @Nullable EndReason end;

    /** @param age rises from call to call */
    Course(long age, Mark mark, PbxChannel customer) {
        this.age = age;
        this.mark = mark;
        this.customer = customer;
    }

    Mark mark() {
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
    void marked(Mark now) {
        if (!begun || (now.announced() && !mark.announced())) {
            mark = now;
        }
        begun |= now.announced();
    }

    void seen(PbxChannel now) {
        customer = now;
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

    /** Takes note of how the call stands after something happened. */
    void observe(Conversation now) {
        begun |= now.stage() == Stage.RINGING || now.stage() == Stage.TALKING;
        if (now.stage() == Stage.TALKING) {
            answered = true;
            List<String> talking = now.agents().stream().map(PbxChannel::id).toList();
            if (!talking.equals(agents)) {
                agents = talking;
                left = null;
            }
        } else if (now.stage() == Stage.ALONE && !agents.isEmpty() && left == null) {
            left = EndReason.AgentHangup;
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
