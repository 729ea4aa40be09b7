package io.aicc.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Arrows between modules, and between the worker's rooms, go one way. */
@AnalyzeClasses(packages = "io.aicc", importOptions = DoNotIncludeTests.class)
class ArrowsTest {
    @ArchTest
    static final ArchRule MODULES = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("crds")
            .definedBy("io.aicc.crd..", "io.aicc.wire..")
            .layer("runtime")
            .definedBy("io.aicc.runtime..")
            .layer("operator")
            .definedBy("io.aicc.operator..")
            .layer("call-worker")
            .definedBy("io.aicc.worker..")
            .layer("demo")
            .definedBy("io.aicc.demo..")
            .whereLayer("crds")
            .mayNotAccessAnyLayer()
            .whereLayer("runtime")
            .mayNotAccessAnyLayer()
            .whereLayer("operator")
            .mayOnlyAccessLayers("crds", "runtime")
            .whereLayer("call-worker")
            .mayOnlyAccessLayers("crds", "runtime")
            .whereLayer("demo")
            .mayOnlyAccessLayers("crds", "runtime", "operator", "call-worker");

    @ArchTest
    static final ArchRule WHAT_GOES_OVER_THE_WIRE_IS_NO_KUBERNETES = noClasses()
            .that()
            .resideInAPackage("io.aicc.wire..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.fabric8..");

    @ArchTest
    static final ArchRule WORKERS_KNOW_NO_KUBERNETES = noClasses()
            .that()
            .resideInAnyPackage("io.aicc.worker..", "io.aicc.runtime..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk..")
            .because("a worker parses hostile packets and has no rights in the cluster");

    @ArchTest
    static final ArchRule MEDIA_KNOW_NOTHING_OF_WORDS = noClasses()
            .that()
            .resideInAnyPackage("io.aicc.worker.rtp..", "io.aicc.worker.audio..", "io.aicc.worker.turn..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.aicc.worker.speech..", "io.aicc.worker.publish..", "io.aicc.worker.control..");

    @ArchTest
    static final ArchRule NO_PACKAGES_IN_A_CIRCLE =
            slices().matching("io.aicc.(**)").should().beFreeOfCycles();
}
