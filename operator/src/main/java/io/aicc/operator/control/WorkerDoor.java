package io.aicc.operator.control;

import io.aicc.operator.control.WorkerChannel.WorkerAddress;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.time.Duration;

/**
 * How orders get to one worker: with our token, past any proxy, each on a connection of its own and on the thread that makes
 * it. No pool of threads stands between a call and its worker: where CPU is short each hand-over is a wait.
 */
record WorkerDoor(WorkerAddress address, WorkerToken token) {
    /** A worker answers in a millisecond or two; one that needs longer than this is in trouble. */
    static final Duration TIMEOUT = Duration.ofSeconds(2);

    /** An order that has not been sent yet. */
    HttpURLConnection request(String method, String path) throws IOException {
        HttpURLConnection request =
                (HttpURLConnection) address.uri(path).toURL().openConnection(Proxy.NO_PROXY);
        request.setRequestMethod(method);
        request.setConnectTimeout((int) TIMEOUT.toMillis());
        request.setReadTimeout((int) TIMEOUT.toMillis());
        request.setInstanceFollowRedirects(false);
        request.setRequestProperty("Connection", "close");
        request.setRequestProperty("Authorization", "Bearer " + token.valid());
        return request;
    }
}
