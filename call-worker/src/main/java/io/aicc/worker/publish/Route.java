package io.aicc.worker.publish;

import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The way to one receiver.
 *
 * @param tls null: none
 * @param proxy to go through, its name not looked up yet; null: none
 */
record Route(@Nullable SslContext tls, @Nullable InetSocketAddress proxy) {
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
}
