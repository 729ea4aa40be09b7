package io.aicc.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Arrows between rooms go one way: session → pool → port, and both talk to workers by control. The ARI controller is a program
 * of its own: call → guard, and call → link → pbx; all the two programs share is how they get at the Kubernetes API.
 */
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
            .layer("ari")
            .definedBy("io.aicc.operator.ari")
            .layer("ari.call")
            .definedBy("io.aicc.operator.ari.call")
            .layer("ari.guard")
            .definedBy("io.aicc.operator.ari.guard")
            .layer("ari.link")
            .definedBy("io.aicc.operator.ari.link")
            .layer("ari.pbx")
            .definedBy("io.aicc.operator.ari.pbx")
            .whereLayer("program")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("ari")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("ari.call")
            .mayOnlyBeAccessedByLayers("ari")
            .whereLayer("ari.guard")
            .mayOnlyBeAccessedByLayers("ari", "ari.call")
            .whereLayer("ari.link")
            .mayOnlyBeAccessedByLayers("ari", "ari.call")
            .whereLayer("ari.pbx")
            .mayOnlyBeAccessedByLayers("ari.call", "ari.link")
            .whereLayer("session")
            .mayOnlyBeAccessedByLayers("program")
            .whereLayer("pool")
            .mayOnlyBeAccessedByLayers("program", "session")
            .whereLayer("port")
            .mayOnlyBeAccessedByLayers("session", "pool")
            .whereLayer("control")
            .mayOnlyBeAccessedByLayers("program", "session", "pool")
            .whereLayer("kube")
            .mayOnlyBeAccessedByLayers("program", "session", "pool", "ari");

    @ArchTest
    static final ArchRule PROGRAMS = noClasses()
            .that()
            .resideInAPackage("io.aicc.operator.ari..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.aicc.operator",
                    "io.aicc.operator.session",
                    "io.aicc.operator.pool",
                    "io.aicc.operator.port",
                    "io.aicc.operator.control")
            .because("operator and ARI controller know each other by the CallSession only");

    @ArchTest
    static final ArchRule ARI = noClasses()
            .that()
            .resideOutsideOfPackage("io.aicc.operator.ari.link")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ch.loway.oss..")
            .because("what ARI says is translated at the door");

    @ArchTest
    static final ArchRule WRITES = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.aicc.operator", "io.aicc.operator.kube", "io.aicc.operator.pool", "io.aicc.operator.ari")
            .and()
            .doNotHaveSimpleName("CallSessions")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("io.fabric8.kubernetes.client.KubernetesClient")
            .because(
                    "every write goes through KubeWrites, or CallSessions for the ARI controller, where it is counted");
}
