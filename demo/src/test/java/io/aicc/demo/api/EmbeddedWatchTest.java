package io.aicc.demo.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What watches are told, and informers with them. */
class EmbeddedWatchTest {
    @RegisterExtension
    private final EmbeddedRig api = new EmbeddedRig();

    @Test
    void tellsAWatchWhatEntersChangesAndLeavesItsSelection() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        var maps = api.client().configMaps().inNamespace(EmbeddedRig.NAMESPACE);
        // A watch from nowhere begins when the server gets to it: what came and went before is not told.
        ListOptions fromHere = new ListOptionsBuilder()
                .withResourceVersion(maps.list().getMetadata().getResourceVersion())
                .build();
        try (var watch = maps.withLabel("tier", "gold").watch(fromHere, recorder(heard))) {
            assertThat(watch).isNotNull();
            ConfigMap map = api.client()
                    .resource(EmbeddedRig.configMap("one", Map.of("tier", "gold")))
                    .create();
            api.client()
                    .resource(EmbeddedRig.configMap("two", Map.of("tier", "silver")))
                    .create();
            ConfigMap edited = api.client()
                    .resource(map)
                    .edit(m -> new ConfigMapBuilder(m).addToData("a", "1").build());
            ConfigMap left = api.client().resource(labelled(edited, "lead")).update();
            api.client().resource(labelled(left, "gold")).update();
            api.client().resource(map).delete();
            assertThat(List.of(next(heard), next(heard), next(heard), next(heard), next(heard)))
                    .containsExactly("ADDED one", "MODIFIED one", "DELETED one", "ADDED one", "DELETED one");
        }
    }

    @Test
    void resumesAWatchWhereItWas() throws Exception {
        ConfigMap first =
                api.client().resource(EmbeddedRig.configMap("one", Map.of())).create();
        api.client().resource(EmbeddedRig.configMap("two", Map.of())).create();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (var watch = api.client()
                .configMaps()
                .inNamespace(EmbeddedRig.NAMESPACE)
                .withResourceVersion(first.getMetadata().getResourceVersion())
                .watch(recorder(heard))) {
            assertThat(watch).isNotNull();
            assertThat(next(heard)).isEqualTo("ADDED two");
        }
    }

    @Test
    void tellsAWatchOfAnotherServersLifeToListAgain() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (var watch = api.client()
                .configMaps()
                .inNamespace(EmbeddedRig.NAMESPACE)
                .withResourceVersion("17")
                .watch(recorder(heard))) {
            assertThat(watch).isNotNull();
            assertThat(next(heard)).isEqualTo("closed 410");
        }
    }

    @Test
    void feedsAnInformer() {
        try (var informer =
                api.client().configMaps().inNamespace(EmbeddedRig.NAMESPACE).inform()) {
            api.client().resource(EmbeddedRig.configMap("one", Map.of())).create();
            await().atMost(10, TimeUnit.SECONDS)
                    .until(() -> informer.getStore().list().size() == 1);
            api.client()
                    .configMaps()
                    .inNamespace(EmbeddedRig.NAMESPACE)
                    .withName("one")
                    .delete();
            await().atMost(10, TimeUnit.SECONDS)
                    .until(() -> informer.getStore().list().isEmpty());
        }
    }

    private static ConfigMap labelled(ConfigMap map, String tier) {
        return new ConfigMapBuilder(map)
                .editMetadata()
                .addToLabels("tier", tier)
                .endMetadata()
                .build();
    }

    private static Watcher<ConfigMap> recorder(BlockingQueue<String> heard) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, ConfigMap map) {
                if (action != Action.BOOKMARK) { // Signs of life come when they like.
                    heard.add(action + " " + map.getMetadata().getName());
                }
            }

            @Override
            public void onClose(WatcherException cause) {
                heard.add("closed " + (cause.isHttpGone() ? "410" : cause));
            }
        };
    }

    private static String next(BlockingQueue<String> heard) throws InterruptedException {
        return Objects.requireNonNullElse(heard.poll(10, TimeUnit.SECONDS), "nothing heard");
    }
}
