package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The kinds of Kubernetes itself that this system, its operator or a curious user touches. */
final class BuiltInKinds {
    static final ResourceKind NAMESPACE = cluster("", "v1", "Namespace", "namespaces", "ns")
            .status()
            .columns(Column.text("Status", ".status.phase"), Column.AGE)
            .build();

    static final ResourceKind POD = namespaced("", "v1", "Pod", "pods", "po")
            .categories("all")
            .status()
            .selectable(
                    "spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName", "status.phase", "status.podIP")
            .columns(
                    new Column("Ready", "string", "Containers ready, of all.", 0, BuiltInKinds::readyContainers),
                    new Column("Status", "string", "Where the pod stands.", 0, BuiltInKinds::podStatus),
                    Column.count("Restarts", BuiltInKinds::restarts),
                    Column.AGE,
                    Column.wide("IP", ".status.podIP"),
                    Column.wide("Node", ".spec.nodeName"))
            .build();

    static final ResourceKind SECRET = namespaced("", "v1", "Secret", "secrets")
            .selectable("type")
            .columns(
                    Column.text("Type", ".type"),
                    Column.count("Data", object -> object.path("data").size()),
                    Column.AGE)
            .build();

    static final ResourceKind CUSTOM_RESOURCE_DEFINITION = cluster(
                    "apiextensions.k8s.io",
                    "v1",
                    "CustomResourceDefinition",
                    "customresourcedefinitions",
                    "crd",
                    "crds")
            .categories("api-extensions")
            .status()
            .columns(Column.text("Created At", ".metadata.creationTimestamp"))
            .build();

    static final List<ResourceKind> ALL = List.of(
            NAMESPACE,
            POD,
            SECRET,
            CUSTOM_RESOURCE_DEFINITION,
            cluster("", "v1", "Node", "nodes", "no")
                    .status()
                    .columns(
                            Column.text("Ready", ".status.conditions[?(@.type==\"Ready\")].status"),
                            Column.AGE,
                            Column.wide("Version", ".status.nodeInfo.kubeletVersion"))
                    .build(),
            namespaced("", "v1", "ConfigMap", "configmaps", "cm")
                    .columns(Column.count("Data", object -> object.path("data").size()), Column.AGE)
                    .build(),
            namespaced("", "v1", "Service", "services", "svc")
                    .categories("all")
                    .status()
                    .columns(Column.text("Type", ".spec.type"), Column.text("Port", ".spec.ports[*].port"), Column.AGE)
                    .build(),
            namespaced("", "v1", "ServiceAccount", "serviceaccounts", "sa").build(),
            namespaced("", "v1", "Event", "events", "ev")
                    .selectable(
                            "involvedObject.kind",
                            "involvedObject.namespace",
                            "involvedObject.name",
                            "involvedObject.uid",
                            "involvedObject.apiVersion",
                            "involvedObject.resourceVersion",
                            "involvedObject.fieldPath",
                            "reason",
                            "source",
                            "type")
                    .columns(
                            Column.text("Type", ".type"),
                            Column.text("Reason", ".reason"),
                            Column.text("Object", ".involvedObject.name"),
                            Column.text("Message", ".message"),
                            Column.AGE)
                    .build(),
            namespaced("events.k8s.io", "v1", "Event", "events", "ev")
                    .selectable(
                            "regarding.kind",
                            "regarding.namespace",
                            "regarding.name",
                            "regarding.uid",
                            "reason",
                            "type")
                    .columns(
                            Column.text("Type", ".type"),
                            Column.text("Reason", ".reason"),
                            Column.text("Object", ".regarding.name"),
                            Column.text("Message", ".note"),
                            Column.AGE)
                    .build(),
            namespaced("coordination.k8s.io", "v1", "Lease", "leases")
                    .columns(Column.text("Holder", ".spec.holderIdentity"), Column.AGE)
                    .build(),
            namespaced("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb")
                    .status()
                    .columns(
                            Column.text("Min Available", ".spec.minAvailable"),
                            Column.text("Max Unavailable", ".spec.maxUnavailable"),
                            Column.AGE)
                    .build());

    private BuiltInKinds() {}

    private static Builder cluster(String group, String version, String kind, String plural, String... shortNames) {
        return new Builder(group, version, kind, plural, List.of(shortNames), false);
    }

    private static Builder namespaced(String group, String version, String kind, String plural, String... shortNames) {
        return new Builder(group, version, kind, plural, List.of(shortNames), true);
    }

    private static JsonNode readyContainers(JsonNode pod) {
        int ready = 0;
        for (JsonNode container : pod.path("status").path("containerStatuses")) {
            ready += container.path("ready").asBoolean() ? 1 : 0;
        }
        return TextNode.valueOf(
                ready + "/" + pod.path("spec").path("containers").size());
    }

    private static JsonNode podStatus(JsonNode pod) {
        if (pod.path("metadata").has("deletionTimestamp")) {
            return TextNode.valueOf("Terminating");
        }
        for (JsonNode container : pod.path("status").path("containerStatuses")) {
            JsonNode reason = container.path("state").path("waiting").path("reason");
            if (!reason.isMissingNode()) {
                return reason;
            }
        }
        return TextNode.valueOf(pod.path("status").path("phase").asText("Pending"));
    }

    private static int restarts(JsonNode pod) {
        int restarts = 0;
        for (JsonNode container : pod.path("status").path("containerStatuses")) {
            restarts += container.path("restartCount").asInt();
        }
        return restarts;
    }

    /** Says about a kind only what differs from the plainest one. */
    private static final class Builder {
        private final String group;
        private final String version;
        private final String kind;
        private final String plural;
        private final List<String> shortNames;
        private final boolean namespaced;
        private List<String> categories = List.of();
        private boolean status;
        private Set<String> selectable = Set.of();
        private List<Column> columns = List.of(Column.AGE);

        Builder(String group, String version, String kind, String plural, List<String> shortNames, boolean namespaced) {
            this.group = group;
            this.version = version;
            this.kind = kind;
            this.plural = plural;
            this.shortNames = shortNames;
            this.namespaced = namespaced;
        }

        Builder categories(String... names) {
            categories = List.of(names);
            return this;
        }

        Builder status() {
            status = true;
            return this;
        }

        Builder selectable(String... fields) {
            selectable = Set.of(fields);
            return this;
        }

        Builder columns(Column... all) {
            columns = List.of(all);
            return this;
        }

        ResourceKind build() {
            String singular = kind.toLowerCase(Locale.ROOT);
            return new ResourceKind(
                    group,
                    version,
                    kind,
                    plural,
                    singular,
                    shortNames,
                    categories,
                    namespaced,
                    status,
                    null,
                    selectable,
                    columns,
                    null);
        }
    }
}
