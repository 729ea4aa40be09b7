package io.aicc.demo.api;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;

/** The file that clients read. It holds the token, so nobody but its owner may. */
final class Kubeconfig {
    private Kubeconfig() {}

    static void write(Path file, URI server, String token, String certificatePem) throws IOException {
        String authority = Base64.getEncoder().encodeToString(certificatePem.getBytes(StandardCharsets.UTF_8));
        String text = """
                apiVersion: v1
                kind: Config
                current-context: aicc
                clusters:
                - name: aicc
                  cluster:
                    server: %s
                    certificate-authority-data: %s
                users:
                - name: aicc
                  user:
                    token: %s
                contexts:
                - name: aicc
                  context:
                    cluster: aicc
                    user: aicc
                    namespace: default
                """.formatted(server, authority, token);
        Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        // Private from its first moment, and never seen half written.
        Path draft = Files.createTempFile(
                directory,
                "kubeconfig",
                null,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
