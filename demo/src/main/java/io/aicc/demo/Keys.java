package io.aicc.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The two secrets of an installation, made anew for every run.
 *
 * @param controlKey file with the operator's Ed25519 private key, PKCS #8 PEM
 * @param receiverKey signs what workers show to the receiver, HS256
 */
record Keys(Path controlKey, SecretKey receiverKey) {
    static Keys make(Path directory) throws IOException {
        try {
            byte[] pkcs8 = KeyPairGenerator.getInstance("Ed25519")
                    .generateKeyPair()
                    .getPrivate()
                    .getEncoded();
            Path file = directory.resolve("control-key.pem");
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(
                    file,
                    "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(pkcs8)
                            + "\n-----END PRIVATE KEY-----\n");
            byte[] shared = new byte[48];
            new SecureRandom().nextBytes(shared);
            return new Keys(file, new SecretKeySpec(shared, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IOException("this JDK makes no Ed25519 keys: " + e.getMessage(), e);
        }
    }
}
