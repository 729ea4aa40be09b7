package io.aicc.crd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The CRD files are generated from the Java types and kept in git, where people and charts find them; this test fails when
 * they drift, and writes them anew with {@code -Dgolden.write=true}.
 */
class CrdYamlTest {
    private static final Path ROOT = Path.of(System.getProperty("aicc.root"));

    @TempDir
    private static Path generated;

    static Stream<Arguments> files() {
        return Stream.of("callsessions.aicc.io", "workerpools.aicc.io")
                .flatMap(crd -> Stream.of(
                        Arguments.of(crd, "crds/src/main/resources/crd/" + crd + ".yaml"),
                        Arguments.of(crd, "helm/aicc-crds/templates/" + crd + ".yaml")));
    }

    @ParameterizedTest
    @MethodSource("files")
    void fileSaysWhatTheTypesSay(String crd, String file) throws IOException {
        String yaml = generate(crd);
        Path golden = ROOT.resolve(file);
        if (Boolean.getBoolean("golden.write")) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, yaml);
        }

        assertThat(golden).exists().content().as("rewrite with ./aicc docs").isEqualTo(yaml);
    }

    private static String generate(String crd) {
        new CRDGenerator()
                .customResourceClasses(CallSession.class, WorkerPool.class)
                .forCRDVersions("v1")
                .withPostProcessor(new CrdCompletion(CallSession.class, WorkerPool.class))
                .inOutputDir(generated.toFile())
                .generate();
        try (Stream<Path> made = Files.list(generated)) {
            Path file = made.filter(p -> p.getFileName().toString().startsWith(crd))
                    .findFirst()
                    .orElseThrow();
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"callsessions.aicc.io", "workerpools.aicc.io"})
    void everyFieldIsExplained(String crd) {
        var definition = Serialization.unmarshal(generate(crd), CustomResourceDefinition.class);
        List<String> unexplained = new ArrayList<>();

        findUnexplained(
                crd, definition.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema(), unexplained);

        assertThat(unexplained).isEmpty();
    }

    private static void findUnexplained(String path, JSONSchemaProps schema, List<String> unexplained) {
        if (schema.getDescription() == null) {
            unexplained.add(path);
        }
        if (schema.getProperties() != null) {
            schema.getProperties().forEach((name, field) -> findUnexplained(path + "." + name, field, unexplained));
        }
        if (schema.getItems() != null && schema.getItems().getSchema().getProperties() != null) {
            schema.getItems()
                    .getSchema()
                    .getProperties()
                    .forEach((name, field) -> findUnexplained(path + "[]." + name, field, unexplained));
        }
    }
}
