package io.aicc.demo.google;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Base64;
import java.util.Map;

/**
 * A service account of a project that exists nowhere else.
 *
 * @param file its key in Google's JSON form
 * @param key verifies what it signs
 */
record Account(Path file, String email, PublicKey key) {
    static final String PROJECT = "standin-project";

    private static final int KEY_BITS = 2048;

    /** Makes an account and writes its key, readable by its owner only. */
    static Account make(Path directory, KeyPair keys) throws IOException {
        String email = "aicc@" + PROJECT + ".iam.gserviceaccount.com";
        Path file = directory.resolve("google-standin-account.json");
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, JsonMapper.builder().build().writeValueAsString(json(keys, email)));
        return new Account(file, email, keys.getPublic());
    }

    /** Keys for an account; may take seconds. */
    static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(KEY_BITS);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK makes no RSA keys", e);
        }
    }

    private static Map<String, String> json(KeyPair keys, String email) {
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        return Map.of(
                "type",
                "service_account",
                "project_id",
                PROJECT,
                "private_key_id",
                "standin",
                "private_key",
                pem,
                "client_email",
                email,
                "client_id",
                "1",
                "token_uri",
                "https://oauth2.googleapis.com/token");
    }
}
