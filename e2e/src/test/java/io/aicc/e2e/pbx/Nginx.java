package io.aicc.e2e.pbx;

import static org.awaitility.Awaitility.await;

import io.aicc.demo.pbx.AsteriskProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A real nginx with the project's own configuration in front of an Asterisk. */
final class Nginx implements AutoCloseable {
    static final String CONTROLLER = "controller-1";
    static final String CONTROLLER_PASSWORD = "of-this-test-alone";

    /** Whom it lets in. */
    static final String CONTROLLER_ADDRESS = "127.57.0.1";

    private static final String FOLDER = "/etc/nginx/ari";
    private static final String LOGS = "/var/log/nginx";
    private static final int PORT = 8089;

    private final Path directory;
    private final String address;
    private final Process process;

    /**
     * Starts it on the Asterisk's own address.
     *
     * @param directory for its files; whoever gives it removes it
     */
    Nginx(AsteriskProcess asterisk, Path directory) throws IOException {
        this.directory = directory;
        this.address = asterisk.address();
        Command.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-nodes",
                        "-days",
                        "1",
                        "-subj",
                        "/CN=pbx",
                        "-addext",
                        "subjectAltName=IP:" + address,
                        "-keyout",
                        directory.resolve("server.key").toString(),
                        "-out",
                        certificate().toString())
                .run()
                .orFail();
        String hash = Command.of("openssl", "passwd", "-apr1", CONTROLLER_PASSWORD)
                .run()
                .orFail();
        Files.writeString(directory.resolve("controllers"), CONTROLLER + ":" + hash);
        String password = asterisk.password().reveal();
        speaksAs("upstream.conf", AsteriskProcess.USER, password);
        speaksAs("upstream_events.conf", AsteriskProcess.USER + "-events", password);
        Files.writeString(
                directory.resolve("networks.conf"), "allow 127.0.0.1; allow " + CONTROLLER_ADDRESS + "; deny all;");
        String site = Files.readString(Asterisk.PROJECT.resolve("asterisk/nginx/ari.conf"))
                .replace(FOLDER, directory.toString())
                .replace(LOGS, directory.toString())
                .replace("server 127.0.0.1:8088", "server " + address + ":8088")
                .replace("listen " + PORT, "listen " + address + ":" + PORT);
        Files.writeString(directory.resolve("nginx.conf"), """
            user root;
            pid %1$s/nginx.pid;
            error_log %1$s/error.log notice;
            events {}
            http {
              client_body_temp_path %1$s/body;
              proxy_temp_path %1$s/proxy;
              fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi;
              scgi_temp_path %1$s/scgi;
              %2$s
            }
            """.formatted(directory, site));
        process = Command.of("nginx", "-c", directory.resolve("nginx.conf").toString(), "-g", "daemon off;")
                .start(directory.resolve("output.log"));
        await().atMost(Duration.ofSeconds(20)).until(this::listens);
    }

    /** Where controllers reach ARI. */
    URI ari() {
        return URI.create("https://" + address + ":" + PORT);
    }

    /** Trusts this one and nobody else. */
    SSLContext trust() throws IOException, GeneralSecurityException {
        KeyStore known = KeyStore.getInstance(KeyStore.getDefaultType());
        known.load(null, null);
        try (InputStream pem = Files.newInputStream(certificate())) {
            known.setCertificateEntry(
                    "pbx", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(known);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    String errors() throws IOException {
        return Files.readString(directory.resolve("error.log"));
    }

    /** Requests that failed, a line each. */
    String failures() throws IOException {
        return Files.readString(directory.resolve("ari_failed.log"));
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    /** What the certificate is checked against. */
    Path certificate() {
        return directory.resolve("server.pem");
    }

    private void speaksAs(String file, String user, String password) throws IOException {
        Files.writeString(
                directory.resolve(file), "proxy_set_header Authorization \"%s\";".formatted(Ari.basic(user, password)));
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, PORT));
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }
}
