package io.aicc.crd;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.crd.CallSessionStatus.Earlier;
import io.aicc.crd.CallSessionStatus.MediaEndpoint;
import io.aicc.crd.CallSessionStatus.Summary;
import io.aicc.crd.WorkerPoolStatus.PortCounts;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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

    /** One object that cannot be read ends the watch of them all. */
    @ParameterizedTest
    @ValueSource(classes = {CallSession.class, WorkerPool.class})
    void everyNumberThatTheServerTakesCanBeRead(Class<? extends CustomResource<?, ?>> type) {
        var definition =
                Serialization.unmarshal(generate(CustomResource.getCRDName(type)), CustomResourceDefinition.class);
        JSONSchemaProps root =
                definition.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();

        assertThat(extremes(root).map(Serialization::asJson))
                .hasSizeGreaterThan(10)
                .allSatisfy(object -> assertThat(Serialization.unmarshal(object, type))
                        .as(object)
                        .isNotNull());
    }

    /** Objects with one number each: the greatest of each field, and the least. What has no bounds of its own is of 64 bits. */
    private static Stream<Object> extremes(JSONSchemaProps schema) {
        if ("integer".equals(schema.getType())) {
            Double most = schema.getMaximum();
            Double least = schema.getMinimum();
            return Stream.of(
                    most == null ? Long.MAX_VALUE : most.longValue(),
                    least == null ? Long.MIN_VALUE : least.longValue());
        }
        Stream<Object> fields =
                Objects.requireNonNullElse(schema.getProperties(), Map.<String, JSONSchemaProps>of())
                        .entrySet()
                        .stream()
                        .flatMap(field -> extremes(field.getValue()).map(value -> Map.of(field.getKey(), value)));
        Stream<Object> items = schema.getItems() == null
                ? Stream.of()
                : extremes(schema.getItems().getSchema()).map(List::of);
        Stream<Object> entries = schema.getAdditionalProperties() == null
                        || schema.getAdditionalProperties().getSchema() == null
                ? Stream.of()
                : extremes(schema.getAdditionalProperties().getSchema()).map(value -> Map.of("any", value));
        return Stream.of(fields, items, entries).flatMap(Function.identity());
    }

    /** The schema had no such bounds before. */
    @Test
    void aNumberThatWasStoredBeforeItsBoundsIsReadAsTheNearest() {
        CallSessionStatus status = Serialization.unmarshal(
                "mediaEndpoint: {host: h, generation: 3000000000}\nearlier: {takeovers: -3000000000}\nsummary: {}",
                CallSessionStatus.class);
        WorkerPoolStatus pool =
                Serialization.unmarshal("warm: 9223372036854775807\nports: {free: 7}", WorkerPoolStatus.class);

        assertThat(status.mediaEndpoint()).isEqualTo(new MediaEndpoint("h", 0, 0, Bounded.MOST));
        assertThat(status.earlier()).isEqualTo(new Earlier(-Bounded.MOST, null, null, 0, 0));
        assertThat(status.summary()).extracting(Summary::takeovers).isEqualTo(0);
        assertThat(pool.warm()).isEqualTo(Bounded.MOST);
        assertThat(pool.busy()).isNull();
        assertThat(pool.ports()).isEqualTo(new PortCounts(7, 0, 0));
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
