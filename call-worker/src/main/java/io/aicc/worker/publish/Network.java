package io.aicc.worker.publish;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * How receivers at {@code wss://} are reached. Those at {@code ws://} are near: nothing of this is for them.
 *
 * @param proxy that connections go through (HTTP CONNECT), its name not looked up yet; null: none
 * @param trusted certificates that a receiver's must descend from; empty: those of the JDK
 */
public record Network(@Nullable InetSocketAddress proxy, List<X509Certificate> trusted) {
    /** No proxy, and what the JDK trusts. */
    public static final Network DIRECT = new Network(null, List.of());

    private static final int HTTP_PORT = 80;

    public Network {
        trusted = List.copyOf(trusted);
    }

    /**
     * Reads certificates.
     *
     * @param pem one or more
     * @throws IllegalArgumentException when there is none in it, or something else
     */
    public static List<X509Certificate> certificates(String pem) {
        try {
            List<X509Certificate> all = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (all.isEmpty()) {
                throw new IllegalArgumentException("expected certificates in PEM, got none");
            }
            return all;
        } catch (CertificateException e) {
            throw new IllegalArgumentException("expected certificates in PEM: " + e.getMessage(), e);
        }
    }

    /**
     * Reads the address of a proxy.
     *
     * @param url {@code http://host:port}
     * @throws IllegalArgumentException when it is something else
     */
    public static InetSocketAddress proxy(String url) {
        URI proxy = URI.create(url);
        if (!"http".equals(proxy.getScheme()) || proxy.getHost() == null || proxy.getRawUserInfo() != null) {
            throw new IllegalArgumentException("expected http://host:port, without user and password");
        }
        return InetSocketAddress.createUnresolved(proxy.getHost(), proxy.getPort() < 0 ? HTTP_PORT : proxy.getPort());
    }

    /** TLS of a client that minds host names. Its classes cost some 17 MB, so it is made only when somebody needs it. */
    SslContext tls() {
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forClient().sslProvider(SslProvider.JDK).endpointIdentificationAlgorithm("HTTPS");
            if (!trusted.isEmpty()) {
                builder.trustManager(trusted.toArray(X509Certificate[]::new));
            }
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalStateException("this JDK has no TLS: " + e.getMessage(), e);
        }
    }
}
