package io.aicc.operator.ari.call;

import io.aicc.operator.ari.call.CallMetrics.Leak;
import io.aicc.operator.ari.link.PbxCommands;
import io.aicc.operator.ari.link.PbxException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is asked of the PBX outside of the calls that are looked after. Nobody waits for it. Thread-safe. */
final class Errands {
    private static final Logger log = LoggerFactory.getLogger(Errands.class);

    private static final int RETURN_ATTEMPTS = 5;

    private final PbxCommands pbx;
    private final CallMetrics metrics;
    private final Executor threads;

    Errands(PbxCommands pbx, CallMetrics metrics, Executor threads) {
        this.pbx = pbx;
        this.metrics = metrics;
        this.threads = threads;
    }

    @FunctionalInterface
    private interface Removal {
        void run() throws PbxException;
    }

    /** A channel of ours that belongs to no call. */
    void removeChannel(String id) {
        remove(id, Leak.CHANNEL, () -> pbx.hangUp(id));
    }

    /** A bridge of ours that belongs to no call. */
    void removeBridge(String id) {
        remove(id, Leak.BRIDGE, () -> pbx.destroyBridge(id));
    }

    private void remove(String id, Leak kind, Removal removal) {
        metrics.leaked(kind);
        log.atWarn().addKeyValue("object", id).log("orphan of ours found at the pbx, removing it");
        threads.execute(() -> {
            try {
                removal.run();
            } catch (PbxException e) {
                log.atWarn()
                        .addKeyValue("object", id)
                        .addKeyValue("problem", e.getMessage())
                        .log("orphan could not be removed, the next sweep will try again");
            }
        });
    }

    /**
     * A call that the dialplan sent us goes on in its dialplan at once: we work beside calls, never in them.
     *
     * @param callId empty when it is not known
     */
    void giveBack(String channel, String callId) {
        threads.execute(() -> {
            for (int attempt = 1; attempt <= RETURN_ATTEMPTS; attempt++) {
                try {
                    pbx.continueInDialplan(channel);
                    return;
                } catch (PbxException e) {
                    log.atWarn()
                            .addKeyValue("call_id", callId)
                            .addKeyValue("channel", channel)
                            .addKeyValue("attempt", attempt)
                            .addKeyValue("problem", e.getMessage())
                            .log("a call could not be given back to its dialplan");
                }
            }
        });
    }
}
