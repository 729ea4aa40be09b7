package io.aicc.operator.ari.call;

import io.aicc.operator.ari.pbx.Conversation;
import io.aicc.operator.ari.pbx.Conversation.Stage;
import java.time.Instant;
import java.util.Optional;

/**
 * What the PBX shows of one call at one moment.
 *
 * @param session name of the session that the call had then
 * @param conversation empty when the PBX does not know the call
 * @param installed what of ours is there for its session
 */
record Picture(String session, Optional<Conversation> conversation, Installed installed, Instant at) {
    Stage stage() {
        return conversation.map(Conversation::stage).orElse(Stage.OVER);
    }
}
