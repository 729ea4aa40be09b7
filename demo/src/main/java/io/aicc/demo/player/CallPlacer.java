package io.aicc.demo.player;

import java.io.IOException;

/** Places calls and lives them through in real time, each on the caller's thread. Thread-safe. */
public interface CallPlacer {
    /**
     * Places a call and returns when everything of it is over.
     *
     * @throws CallFailedException when the system did not serve it
     */
    PlayedCall play(CallScript script) throws CallFailedException, InterruptedException, IOException;
}
