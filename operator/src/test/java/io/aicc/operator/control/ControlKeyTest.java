package io.aicc.operator.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlKeyTest {
    /** RFC 8032 §7.1, test 1: the secret key 9d61…7f60 in PKCS #8, as openssl writes it. */
    private static final String PEM = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
            -----END PRIVATE KEY-----
            """;

    /** The public key that belongs to it by the RFC, d75a…511a, in X.509. */
    private static final String PUBLIC = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void derivesThePublicHalfFromThePrivateOne() throws IOException {
        Path file = Files.writeString(folder.resolve("key.pem"), PEM);
        assertThat(ControlKey.read(file).publicKey()).isEqualTo(PUBLIC);
        assertThat(ControlKey.read(file).toPem()).isEqualTo(PEM);
    }

    @Test
    void readsWhatItWrites() throws IOException {
        ControlKey key = ControlKey.generate();
        Path file = Files.writeString(folder.resolve("key.pem"), key.toPem());
        assertThat(ControlKey.read(file).publicKey()).isEqualTo(key.publicKey());
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "hello");
        assertThatIOException()
                .isThrownBy(() -> ControlKey.read(text))
                .withMessageContaining(text.toString())
                .withMessageContaining("expected a PEM file");
        Path garbage = Files.writeString(folder.resolve("garbage"), PEM.replace("MC4CAQ", "AAAAAA"));
        assertThatIOException().isThrownBy(() -> ControlKey.read(garbage)).withMessageContaining("Ed25519");
    }

    @Test
    void doesNotPrintItself() {
        assertThat(ControlKey.generate()).hasToString("ControlKey[***]");
    }
}
