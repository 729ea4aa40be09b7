package io.aicc.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Arrows between the operator's rooms go one way: session → pool → port, and both talk to workers by control. */
@AnalyzeClasses(packages = "io.aicc.operator", importOptions = DoNotIncludeTests.class)
class RoomsTest {
    @ArchTest
    static final ArchRule ROOMS = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("program")
            .definedBy("io.aicc.operator")
            .layer("session")
            .definedBy("io.aicc.operator.session")
            .layer("pool")
            .definedBy("io.aicc.operator.pool")
            .layer("port")
            .definedBy("io.aicc.operator.port")
            .layer("control")
            .definedBy("io.aicc.operator.control")
            .layer("kube")
            .definedBy("io.aicc.operator.kube")
            .whereLayer("program")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("session")
            .mayOnlyBeAccessedByLayers("program")
            .whereLayer("pool")
            .mayOnlyBeAccessedByLayers("program", "session")
            .whereLayer("port")
            .mayOnlyBeAccessedByLayers("session", "pool")
            .whereLayer("control")
            .mayOnlyBeAccessedByLayers("program", "session", "pool")
            .whereLayer("kube")
            .mayOnlyBeAccessedByLayers("program", "session", "pool");

    @ArchTest
    static final ArchRule WRITES = noClasses()
            .that()
            .resideOutsideOfPackages("io.aicc.operator", "io.aicc.operator.kube", "io.aicc.operator.pool")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("io.fabric8.kubernetes.client.KubernetesClient")
            .because("every write goes through KubeWrites, where it is counted");
}
