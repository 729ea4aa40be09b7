package io.aicc.demo.player;

import io.aicc.crd.CallSession;
import java.io.IOException;
import java.util.function.Consumer;

/** Places calls and lives them through in real time, each on the caller's thread. Thread-safe. */
public interface CallPlacer {
    /**
     * Places a call and returns when everything of it is over.
     *
     * @param onHangUp told as soon as the call is over for those who talked
     * @throws CallFailedException when the system did not serve it
     */
    PlayedCall play(CallScript script, Consumer<CallSession> onHangUp)
            throws CallFailedException, InterruptedException, IOException;
}
