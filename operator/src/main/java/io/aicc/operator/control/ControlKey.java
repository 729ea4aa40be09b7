package io.aicc.operator.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/**
 * The operator's Ed25519 key pair. With the private half it signs its orders; every worker is made with the public half.
 * Never prints the private one.
 */
public final class ControlKey {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private final KeyPair keys;

    private ControlKey(KeyPair keys) {
        this.keys = keys;
    }

    /**
     * Reads an unencrypted PKCS #8 PEM file, as {@code openssl genpkey -algorithm ed25519} writes it.
     *
     * @throws IOException when the file cannot be read or holds something else; the message says what
     */
    public static ControlKey read(Path file) throws IOException {
        String pem = Files.readString(file, StandardCharsets.US_ASCII);
        int begin = pem.indexOf(BEGIN);
        int end = pem.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IOException("control key " + file + ": expected a PEM file with '" + BEGIN
                    + "' (openssl genpkey -algorithm ed25519), found none");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
            PrivateKey key = KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der));
            return new ControlKey(pair((EdECPrivateKey) key));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("control key " + file + ": expected an Ed25519 key in PKCS #8, " + e.getMessage(), e);
        }
    }

    /** A new one: for tests, and for installations whose operator and workers start together. */
    public static ControlKey generate() {
        try {
            return new ControlKey(KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    /** The public half as workers get it: base64 of its X.509 form. */
    public String publicKey() {
        return Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
    }

    /** The private half as a PKCS #8 PEM file. */
    public String toPem() {
        return BEGIN + "\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(keys.getPrivate().getEncoded())
                + "\n" + END + "\n";
    }

    PrivateKey signing() {
        return keys.getPrivate();
    }

    PublicKey verifying() {
        return keys.getPublic();
    }

    @Override
    public String toString() {
        return "ControlKey[***]";
    }

    /**
     * An Ed25519 private key is 32 random bytes and the public key follows from them (RFC 8032 §5.1.5). The JDK derives it
     * only while generating: so the generator is fed those very bytes as its randomness.
     */
    private static KeyPair pair(EdECPrivateKey key) throws GeneralSecurityException {
        byte[] secret = key.getBytes().orElseThrow(() -> new GeneralSecurityException("the key holds no bytes"));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(NamedParameterSpec.ED25519, new Replay(secret));
        KeyPair pair = generator.generateKeyPair();
        if (!pair.getPrivate().equals(key)) {
            throw new GeneralSecurityException("cannot derive the public key");
        }
        return pair;
    }

    private static final class Replay extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final byte[] bytes;

        Replay(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void nextBytes(byte[] target) {
            System.arraycopy(bytes, 0, target, 0, target.length);
        }
    }
}
