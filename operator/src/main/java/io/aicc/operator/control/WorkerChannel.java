package io.aicc.operator.control;

import io.aicc.wire.control.Acknowledgement;
import io.aicc.wire.control.CallAssignment;
import io.aicc.wire.control.EndOrder;
import java.net.URI;

/** Orders to one worker. They block until it has answered, two seconds at most, and all of them may be repeated. */
public interface WorkerChannel extends AutoCloseable {
    /** "This call is yours." */
    Answer<Acknowledgement> assign(CallAssignment call);

    /** "The call is over." */
    Answer<String> end(EndOrder order);

    /** Whether reports arrive at the moment. */
    boolean heard();

    /** How often the stream of reports was begun: what a process says that was started again comes on another than before. */
    int streams();

    /** Stops listening; the worker is told nothing. */
    @Override
    void close();

    /**
     * Where a worker listens for orders.
     *
     * @param host IP address of the pod
     * @param port of its control channel
     * @param podUid whom the tokens are for
     */
    record WorkerAddress(String host, int port, String podUid) {
        URI uri(String path) {
            String literal = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
            return URI.create("http://" + literal + ":" + port + path);
        }
    }
}
