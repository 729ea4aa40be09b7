package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.aicc.e2e.pbx.PbxRig.Controller;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over https the controller gives its password to the PBX and to nobody else. */
class VerifiedTlsIT {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void onlyACertificateThatIsTrustedAndOfThatAddressWillDo() throws Exception {
        X509Bundle right = certificate("127.0.0.1");
        X509Bundle other = certificate("127.0.0.99");
        Path trusted = Files.writeString(folder.resolve("right.pem"), right.getCertificatePEM());
        Path alsoTrusted = Files.writeString(folder.resolve("other.pem"), other.getCertificatePEM());
        try (PbxRig rig = new PbxRig(folder, Map.of())) {
            assertThat(says(rig, right, null)).contains("PKIX path building failed");
            assertThat(says(rig, other, alsoTrusted))
                    .contains("No subject alternative names matching IP address 127.0.0.1");
            assertThat(says(rig, right, trusted))
                    .as("believed, and asked")
                    .contains("404 the event stream was refused");
        }
    }

    /** What health says of a server with that certificate that is not a PBX. */
    private static String says(PbxRig rig, X509Bundle certificate, @Nullable Path authorities) throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, new SecureRandom());
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.start();
        try {
            String url = "https://127.0.0.1:" + server.getAddress().getPort();
            Controller controller = rig.startController(
                    authorities == null
                            ? Map.of("ARI_URL", url)
                            : Map.of("ARI_URL", url, "AICC_ARI_CA_FILE", authorities.toString()));
            return await().atMost(PbxRig.LIMIT)
                    .until(controller::says, said -> said.contains("not connected: connect"));
        } finally {
            rig.stopControllers();
            server.stop(0);
        }
    }

    private static X509Bundle certificate(String address) throws Exception {
        return new CertificateBuilder()
                .subject("CN=pbx")
                .addSanIpAddress(address)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }
}
