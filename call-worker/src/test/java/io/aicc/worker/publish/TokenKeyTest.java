package io.aicc.worker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jsonwebtoken.Claims;
import io.jsonwebtoken.Jws;
import io.jsonwebtoken.Jwts;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenKeyTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    @TempDir
    private Path directory;

    private static String pem(KeyPair keys) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    private static KeyPair pair(String algorithm, String parameter) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec(parameter));
        } else if (algorithm.equals("RSA")) {
            generator.initialize(Integer.parseInt(parameter));
        }
        return generator.generateKeyPair();
    }

    private TokenIssuer issuer(Path file) {
        Destination destination =
                new Destination("crm", URI.create("wss://crm.example/in"), "worker", KeySource.file(file));
        return new TokenIssuer(destination, Duration.ofHours(1), () -> NOW);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "a,b", "\n"})
    void permissionsAreOneWordEach(String permission) {
        URI url = URI.create("wss://crm.example/in");
        KeySource key = KeySource.of(new byte[32]);

        assertThatThrownBy(() -> new Destination("crm", url, "worker", key, List.of("send_transcripts", permission)))
                .hasMessageStartingWith(
                        "permissions of destination crm: expected 1 to 16 of [A-Za-z0-9._:-]{1,64}, got");
        assertThatThrownBy(() -> new Destination("crm", url, "worker", key, List.of()))
                .hasMessageContaining("got []");
    }

    @ParameterizedTest
    @CsvSource({"RSA,2048,RS256", "EC,secp256r1,ES256", "Ed25519,,EdDSA"})
    void privateKeySignsByItsKindAndThePublicOneVerifies(String algorithm, String parameter, String expected)
            throws Exception {
        KeyPair keys = pair(algorithm, parameter);

        String token = issuer(Files.writeString(directory.resolve("key"), pem(keys)))
                .issue()
                .value();

        Jws<Claims> read = Jwts.parser()
                .verifyWith(keys.getPublic())
                .clock(() -> Date.from(NOW))
                .build()
                .parseSignedClaims(token);
        assertThat(read.getHeader().getAlgorithm()).isEqualTo(expected);
        assertThat(read.getPayload().get("client_id")).isEqualTo("worker");
        assertThat(read.getPayload().get("permissions")).isEqualTo(List.of("send_transcripts"));
        assertThat(read.getPayload().getExpiration()).isEqualTo(Date.from(NOW.plusSeconds(3600)));
    }

    @Test
    void bytesThatAreNoPemAreSharedAndSignByHs256WhateverTheirLength() throws Exception {
        byte[] shared =
                "a shared key of sixty-four bytes, which would do for HS512 as well".getBytes(StandardCharsets.UTF_8);

        String token =
                issuer(Files.write(directory.resolve("key"), shared)).issue().value();

        assertThat(Jwts.parser()
                        .verifyWith(new SecretKeySpec(shared, "HmacSHA256"))
                        .clock(() -> Date.from(NOW))
                        .build()
                        .parseSignedClaims(token)
                        .getHeader()
                        .getAlgorithm())
                .isEqualTo("HS256");
    }

    @Test
    void replacedFileSignsTheNextTokenAndAHalfWrittenOneDoesNot() throws Exception {
        KeyPair first = pair("Ed25519", "");
        KeyPair second = pair("EC", "secp256r1");
        Path file = Files.writeString(directory.resolve("key"), pem(first));
        TokenIssuer issuer = issuer(file);
        issuer.issue();

        Files.writeString(file, pem(second).substring(0, 60));
        String meanwhile = issuer.issue().value();
        Files.delete(file);
        String stillMeanwhile = issuer.issue().value();
        Files.writeString(file, pem(second));
        String after = issuer.issue().value();

        assertThat(verifies(first, meanwhile)).isTrue();
        assertThat(verifies(first, stillMeanwhile)).isTrue();
        assertThat(verifies(second, after)).isTrue();
        assertThat(verifies(first, after)).isFalse();
    }

    private static boolean verifies(KeyPair keys, String token) {
        try {
            Jwts.parser()
                    .verifyWith(keys.getPublic())
                    .clock(() -> Date.from(NOW))
                    .build()
                    .parseSignedClaims(token);
            return true;
        } catch (io.jsonwebtoken.JwtException | IllegalArgumentException _) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RSA,1024,RSA key too short: 1024 < 2048 bits",
        "EC,secp384r1,'expected an EC key of P-256, got one of 384 bits'"
    })
    void keyThatIsTooWeakOrOfAnotherCurveIsRefusedAtTheStart(String algorithm, String parameter, String why)
            throws Exception {
        Path file = Files.writeString(directory.resolve("key"), pem(pair(algorithm, parameter)));
        assertThatThrownBy(() -> issuer(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("key of destination crm: " + why);
    }

    @Test
    void whatIsNoKeyIsRefusedWithoutShowingIt() {
        assertThatThrownBy(
                        () -> TokenKey.parse("a secret of 32 characters at least\n".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("ends in a line feed")
                .hasMessageNotContaining("characters");
        assertThatThrownBy(() -> TokenKey.parse("short secret".getBytes(StandardCharsets.UTF_8)))
                .hasMessage("too short for HS256: 12 < 32 bytes");
        assertThatThrownBy(
                        () -> TokenKey.parse("-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END EC PRIVATE KEY-----\n"
                                .getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("got one of EC PRIVATE KEY")
                .hasMessageNotContaining("c2VjcmV0");
        assertThatThrownBy(() -> TokenKey.parse("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
                        .getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("got another or none");
    }
}
