package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code wss://}: host names, authorities, and a proxy on the way. */
@Timeout(60)
class SecureWayTest {
    private static final String NAME = "receiver.example"; // nobody can look it up: only a proxy gets there

    @RegisterExtension
    final PublisherRig rig = new PublisherRig();

    private X509Bundle authority;

    @BeforeEach
    void makeAuthority() throws Exception {
        authority = new CertificateBuilder()
                .subject("CN=our own authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private SslContext serverWith(X509Bundle certificate) throws Exception {
        return SslContextBuilder.forServer(
                        certificate.getKeyPair().getPrivate(), certificate.getCertificatePathWithRoot())
                .sslProvider(SslProvider.JDK)
                .build();
    }

    private X509Bundle certificateFor(String name) throws Exception {
        return new CertificateBuilder()
                .subject("CN=receiver")
                .addSanDnsName(name)
                .buildIssuedBy(authority);
    }

    private X509Bundle certificateForThisMachine() throws Exception {
        return new CertificateBuilder()
                .subject("CN=receiver")
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(authority);
    }

    private List<X509Certificate> trustOurs() throws Exception {
        return Network.certificates(authority.getCertificatePEM());
    }

    private TranscriptPublisher publisher(URI url, Network network) {
        return rig.publisher(Destination.of("r0", url, "worker", PublisherRig.KEY), network);
    }

    private void assertNobodyGetsIn(ScriptedReceiver receiver) {
        await().until(() -> rig.counted("aicc_ws_reconnects") > 1);
        assertThat(receiver.handshakes()).isEmpty();
    }

    @Test
    void certificateOfOurOwnAuthorityForThatAddressIsAccepted() throws Exception {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful(), serverWith(certificateForThisMachine()));
        TranscriptPublisher publisher = publisher(receiver.url(), new Network(null, trustOurs()));

        PublisherRig.publishCall(publisher, 3);

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.durable()).hasSize(5);
    }

    @Test
    void certificateForAnotherNameIsRefusedBeforeTheTokenIsShown() throws Exception {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful(), serverWith(certificateFor(NAME)));
        PublisherRig.publishCall(publisher(receiver.url(), new Network(null, trustOurs())), 1);
        assertNobodyGetsIn(receiver);
    }

    @Test
    void certificateOfAnAuthorityThatNobodyNamedIsRefused() throws Exception {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful(), serverWith(certificateForThisMachine()));
        PublisherRig.publishCall(publisher(receiver.url(), Network.DIRECT), 1);
        assertNobodyGetsIn(receiver);
    }

    @Test
    void proxyLooksTheNameUpAndSeesNothingOfTheWords() throws Exception {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful(), serverWith(certificateFor(NAME)));
        ConnectProxy proxy = rig.added(new ConnectProxy(receiver.url().getPort()));
        URI url = URI.create("wss://" + NAME + "/in");
        TranscriptPublisher publisher = publisher(url, new Network(Network.proxy(proxy.url()), trustOurs()));

        PublisherRig.publishCall(publisher, 3);

        assertThat(publisher.drain(PublisherRig.LONG)).isZero();
        assertThat(receiver.durable()).hasSize(5);
        assertThat(proxy.asked()).containsExactly("CONNECT " + NAME + ":443 HTTP/1.1");
        assertThat(proxy.seen()).doesNotContain("sentence", "Bearer");
    }

    @Test
    void proxyThatWillNotIsTriedAgainAndTheWordsWait() throws Exception {
        ScriptedReceiver receiver = rig.receiver(ScriptedReceiver.dutiful(), serverWith(certificateFor(NAME)));
        ConnectProxy proxy = rig.added(new ConnectProxy(receiver.url().getPort()));
        proxy.refuseWith(407);
        TranscriptPublisher publisher =
                publisher(URI.create("wss://" + NAME + "/in"), new Network(Network.proxy(proxy.url()), trustOurs()));
        PublisherRig.publishCall(publisher, 3);
        assertNobodyGetsIn(receiver);

        proxy.refuseWith(0);

        assertThat(publisher.drain(Duration.ofSeconds(20))).isZero();
    }
}
