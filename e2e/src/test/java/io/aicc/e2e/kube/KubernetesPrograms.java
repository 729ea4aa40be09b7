package io.aicc.e2e.kube;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The folder of Kubernetes programs that {@code e2e/kube/provision} filled. */
record KubernetesPrograms(Path folder) {

    private static final String PROPERTY = "aicc.kube.assets";
    private static final String VARIABLE = "AICC_KUBE_ASSETS";
    private static final String REMEDY = "; run ./aicc verify: it provides the API server";

    /** Fails when nobody named a folder: a test that is skipped in silence shows nothing. */
    static KubernetesPrograms find() {
        return Stream.of(System.getProperty(PROPERTY), System.getenv(VARIABLE))
                .filter(folder -> folder != null && !folder.isBlank())
                .findFirst()
                .map(folder -> new KubernetesPrograms(Path.of(folder)))
                .orElseThrow(() -> new IllegalStateException(
                        "no Kubernetes programs: %s is not set".formatted(VARIABLE) + REMEDY));
    }

    Path program(String name) {
        Path program = folder.resolve(name);
        if (!Files.isExecutable(program)) {
            throw new IllegalStateException("no program %s in %s".formatted(name, folder) + REMEDY);
        }
        return program;
    }
}
