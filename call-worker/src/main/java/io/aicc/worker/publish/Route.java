package io.aicc.worker.publish;

import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The way to one receiver.
 *
 * @param tls null: none
 * @param proxy to go through, its name not looked up yet; null: none
 */
record Route(@Nullable SSLContext tls, @Nullable InetSocketAddress proxy) {
    /** Straight and in the clear. */
    static final Route PLAIN = new Route(null, null);

    boolean isDirect() {
        return proxy == null;
    }

    /** Whom to connect to: the proxy if there is one. */
    InetSocketAddress firstHop(Destination destination) {
        return proxy != null
                ? proxy
                : InetSocketAddress.createUnresolved(destination.url().getHost(), destination.port());
    }

    /**
     * TLS of a client that minds host names, for one connection. The JDK's, without the class of Netty's that would choose between
     * it and two others: it loads them all.
     */
    Optional<SSLEngine> encryption(Destination destination) {
        if (tls == null) {
            return Optional.empty();
        }
        SSLEngine engine = tls.createSSLEngine(destination.url().getHost(), destination.port());
        engine.setUseClientMode(true);
        SSLParameters mindful = engine.getSSLParameters();
        mindful.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(mindful);
        return Optional.of(engine);
    }
}
