package io.aicc.demo.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.StatusDetails;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes, when, and what goes with it. */
class EmbeddedDeletionTest {
    @RegisterExtension
    private final EmbeddedRig api = new EmbeddedRig();

    @Test
    void deletesTogetherWhatALabelSelectsAndSaysWhatItWas() {
        for (String name : List.of("one", "two", "three")) {
            api.client()
                    .resource(EmbeddedRig.configMap(name, Map.of("name", name)))
                    .create();
        }
        var maps = api.client().configMaps().inNamespace(EmbeddedRig.NAMESPACE);

        assertThat(maps.withLabelIn("name", "one", "three", "nobody").delete())
                .extracting(StatusDetails::getName)
                .containsExactly("one", "three");
        assertThat(EmbeddedRig.names(maps.list().getItems())).containsExactly("two");
    }

    @Test
    void keepsAnObjectUntilItsLastFinalizerIsGone() {
        ConfigMap held = api.client()
                .resource(new ConfigMapBuilder(EmbeddedRig.configMap("one", Map.of()))
                        .editMetadata()
                        .addToFinalizers("aicc.io/hold")
                        .endMetadata()
                        .build())
                .create();
        api.client().resource(held).delete();
        ConfigMap going = api.client().resource(held).get();
        assertThat(going.getMetadata().getDeletionTimestamp()).isNotNull();

        api.client().resource(going).edit(map -> new ConfigMapBuilder(map)
                .editMetadata()
                .withFinalizers(List.of())
                .endMetadata()
                .build());
        assertThat(api.client().resource(held).get()).isNull();
    }

    @Test
    void collectsWhatAnOwnerLeavesBehind() {
        ConfigMap owner =
                api.client().resource(EmbeddedRig.configMap("owner", Map.of())).create();
        ConfigMap other =
                api.client().resource(EmbeddedRig.configMap("other", Map.of())).create();
        api.client().resource(owned("child", owner)).create();
        api.client().resource(owned("shared", owner, other)).create();

        api.client().resource(owner).delete();

        assertThat(EmbeddedRig.names(api.client()
                        .configMaps()
                        .inNamespace(EmbeddedRig.NAMESPACE)
                        .list()
                        .getItems()))
                .containsExactly("other", "shared");
        assertThat(api.client()
                        .configMaps()
                        .inNamespace(EmbeddedRig.NAMESPACE)
                        .withName("shared")
                        .get()
                        .getMetadata()
                        .getOwnerReferences())
                .singleElement()
                .satisfies(reference -> assertThat(reference.getName()).isEqualTo("other"));
    }

    @Test
    void leavesOrphansWhenAskedTo() {
        ConfigMap owner =
                api.client().resource(EmbeddedRig.configMap("owner", Map.of())).create();
        api.client().resource(owned("child", owner)).create();
        api.client()
                .resource(owner)
                .withPropagationPolicy(DeletionPropagation.ORPHAN)
                .delete();
        assertThat(api.client()
                        .configMaps()
                        .inNamespace(EmbeddedRig.NAMESPACE)
                        .withName("child")
                        .get()
                        .getMetadata()
                        .getOwnerReferences())
                .isEmpty();
    }

    @Test
    void deletesForegroundOwnersAfterWhatTheyOwn() {
        ConfigMap owner =
                api.client().resource(EmbeddedRig.configMap("owner", Map.of())).create();
        ConfigMap child = new ConfigMapBuilder(owned("child", owner))
                .editMetadata()
                .addToFinalizers("aicc.io/hold")
                .endMetadata()
                .build();
        api.client().resource(child).create();
        api.client()
                .resource(owner)
                .withPropagationPolicy(DeletionPropagation.FOREGROUND)
                .delete();
        assertThat(api.client().resource(owner).get().getMetadata().getFinalizers())
                .containsExactly("foregroundDeletion");

        api.client().resource(child).edit(map -> new ConfigMapBuilder(map)
                .editMetadata()
                .withFinalizers(List.of())
                .endMetadata()
                .build());
        assertThat(api.client().resource(owner).get()).isNull();
    }

    @Test
    void deletesANamespaceWithAllThatIsInIt() {
        api.kubernetes().createNamespace("calls");
        api.client()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("one")
                        .withNamespace("calls")
                        .endMetadata()
                        .build())
                .create();
        api.client().namespaces().withName("calls").delete();
        assertThat(api.client().namespaces().withName("calls").get()).isNull();
        assertThat(api.client().configMaps().inNamespace("calls").list().getItems())
                .isEmpty();
    }

    @Test
    void givesABoundPodItsGraceAndAnUnboundOneNone() {
        Pod unbound = api.client().resource(EmbeddedRig.pod("unbound")).create();
        api.client().resource(unbound).delete();
        assertThat(api.client().resource(unbound).get()).isNull();

        Pod bound = api.client()
                .resource(new PodBuilder(EmbeddedRig.pod("bound"))
                        .editSpec()
                        .withNodeName("here")
                        .endSpec()
                        .build())
                .create();
        api.client().resource(bound).delete();
        assertThat(api.client().resource(bound).get().getMetadata().getDeletionGracePeriodSeconds())
                .isEqualTo(30);
        api.client().resource(bound).withGracePeriod(0).delete();
        assertThat(api.client().resource(bound).get()).isNull();
    }

    private static ConfigMap owned(String name, ConfigMap... owners) {
        var builder = new ConfigMapBuilder(EmbeddedRig.configMap(name, Map.of())).editMetadata();
        for (ConfigMap owner : owners) {
            builder.addToOwnerReferences(new OwnerReferenceBuilder()
                    .withApiVersion("v1")
                    .withKind("ConfigMap")
                    .withName(owner.getMetadata().getName())
                    .withUid(owner.getMetadata().getUid())
                    .build());
        }
        return builder.endMetadata().build();
    }
}
