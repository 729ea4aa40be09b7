package io.aicc.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Demo, benchmarks and images compile what programs are made of, from a fresh clone, and no tests: no module may wait for them. */
class FirstBuildTest {
    private static final Path ROOT = Path.of(System.getProperty("aicc.root"));

    @Test
    void noModuleNeedsTheTestsOfAnother() throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            assertThat(modules.map(module -> module.resolve("pom.xml")).filter(Files::exists))
                    .isNotEmpty()
                    .allSatisfy(pom -> assertThat(pom)
                            .content()
                            .doesNotContain("test-jar")
                            .doesNotContain("<classifier>tests</classifier>"));
        }
    }
}
