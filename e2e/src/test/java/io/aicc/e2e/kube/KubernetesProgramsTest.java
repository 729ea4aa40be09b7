package io.aicc.e2e.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesProgramsTest {

    @TempDir
    Path folder = Path.of("");

    @Test
    void findsAProgramOfItsFolder() throws IOException {
        Path etcd = executable("etcd", "true");

        assertThat(new KubernetesPrograms(folder).program("etcd")).isEqualTo(etcd);
    }

    @Test
    void aMissingProgramIsAnErrorThatSaysWhatProvidesIt() {
        assertThatThrownBy(() -> new KubernetesPrograms(folder).program("etcd"))
                .hasMessage("no program etcd in %s; run ./aicc verify: it provides the API server", folder);
    }

    @Test
    void aServerThatEndedByItselfIsReportedWithItsExitCodeAndLastWords() throws IOException {
        Path failing = executable("failing", "echo 'port is taken'; exit 3");
        try (ServerProcess server = ServerProcess.start(failing, List.of(), folder)) {
            await().untilAsserted(() -> assertThatThrownBy(server::checkAlive)
                    .hasMessageContaining("failing ended with exit code 3")
                    .hasMessageContaining("port is taken"));
        }
    }

    private Path executable(String name, String body) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }
}
