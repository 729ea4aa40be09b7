package io.aicc.worker.publish;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the key that signs a destination's tokens is kept: a private key (PKCS #8 PEM; RSA, EC P-256 or Ed25519), or at least 32
 * bytes shared with the receiver. It is read for every token, so a replaced key counts from the next one on.
 */
@FunctionalInterface
public interface KeySource {
    /** What is kept there now. */
    byte[] read() throws IOException;

    /** A file, which may be replaced at any time. */
    static KeySource file(Path path) {
        return () -> Files.readAllBytes(path);
    }

    /** A key that never changes. */
    static KeySource of(byte[] key) {
        byte[] copy = key.clone();
        return copy::clone;
    }
}
