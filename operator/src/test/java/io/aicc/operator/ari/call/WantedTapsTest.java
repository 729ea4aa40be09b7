package io.aicc.operator.ari.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionStatus;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.crd.Phase;
import io.aicc.operator.ari.pbx.Conversation;
import io.aicc.operator.ari.pbx.Conversation.Stage;
import io.aicc.operator.ari.pbx.PbxChannel;
import io.aicc.operator.ari.pbx.TranscriptionMark;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WantedTapsTest {
    @Test
    void ofAHugeConferenceOnlyTheFirstAreHeard() {
        List<PbxChannel> others = IntStream.range(0, 1_000)
                .mapToObj(number -> channel("other-" + number))
                .toList();
        Conversation conference = new Conversation(
                new TranscriptionMark("c", "c", null, null, false), channel("c"), Stage.TALKING, others, null);

        List<Tap> taps = WantedTaps.of(served(), conference, "aicc");

        assertThat(taps.getLast().heard())
                .hasSize(WantedTaps.MOST_HEARD)
                .contains("other-0")
                .doesNotContain("other-999");
    }

    private static CallSession served() {
        CallSession session = new CallSession();
        session.setMetadata(new ObjectMetaBuilder().withName("pbx-c").build());
        MediaEndpoint endpoint = new MediaEndpoint("10.0.0.1", 20_000, 20_001, 1);
        session.setStatus(new CallSessionStatus(Phase.Ready, endpoint, null, null, null, null, null));
        return session;
    }

    private static PbxChannel channel(String id) {
        return new PbxChannel(id, "PJSIP/" + id + "-1", PbxChannel.State.UP, null, List.of(), Map.of());
    }
}
