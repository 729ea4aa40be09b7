package io.aicc.demo.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What the server serves, as clients ask before anything else: groups, versions, and the resources in each. */
final class Discovery {
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    private final Kinds kinds;

    Discovery(Kinds kinds) {
        this.kinds = kinds;
    }

    ObjectNode coreVersions() {
        ObjectNode versions = Json.object().put("kind", "APIVersions");
        versions.putArray("versions").add("v1");
        return versions;
    }

    ObjectNode groups() {
        ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        var versions = new TreeMap<String, String>();
        kinds.all().forEach(kind -> versions.put(kind.group(), kind.version()));
        versions.put(Reviews.GROUP, Reviews.VERSION);
        versions.remove("");
        versions.forEach((group, version) -> groups.add(group(group, version)));
        return list;
    }

    ObjectNode group(String group) {
        for (var one : groups().path("groups")) {
            if (one.path("name").asText().equals(group)) {
                return ((ObjectNode) one).put("kind", "APIGroup").put("apiVersion", "v1");
            }
        }
        throw Failure.noSuchPath();
    }

    ObjectNode resources(String group, String version) {
        ObjectNode list = Json.object()
                .put("kind", "APIResourceList")
                .put("apiVersion", "v1")
                .put("groupVersion", group.isEmpty() ? version : group + "/" + version);
        ArrayNode resources = list.putArray("resources");
        for (ResourceKind kind : kinds.inGroup(group)) {
            if (kind.version().equals(version)) {
                describe(resources, kind);
            }
        }
        if (Reviews.GROUP.equals(group)) {
            Reviews.KINDS.forEach((plural, kind) ->
                    resource(resources, plural, kind, false, List.of("create")).put("singularName", ""));
        }
        if (resources.isEmpty()) {
            throw Failure.noSuchPath();
        }
        return list;
    }

    private static void describe(ArrayNode resources, ResourceKind kind) {
        ObjectNode main = resource(resources, kind.plural(), kind.kind(), kind.namespaced(), VERBS)
                .put("singularName", kind.singular());
        main.set("shortNames", Json.strings(kind.shortNames()));
        main.set("categories", Json.strings(kind.categories()));
        List<String> sides = new ArrayList<>();
        if (kind.statusSubresource()) {
            sides.add("status");
        }
        for (String side : sides) {
            resource(
                    resources,
                    kind.plural() + "/" + side,
                    kind.kind(),
                    kind.namespaced(),
                    List.of("get", "patch", "update"));
        }
        if (kind.scale() != null) {
            resource(resources, kind.plural() + "/scale", "Scale", kind.namespaced(), List.of("get", "patch", "update"))
                    .put("group", "autoscaling")
                    .put("version", "v1");
        }
        if (kind.is("pods")) {
            resource(resources, "pods/log", "Pod", true, List.of("get"));
            resource(resources, "pods/binding", "Binding", true, List.of("create"));
        }
    }

    private static ObjectNode resource(
            ArrayNode resources, String name, String kind, boolean namespaced, List<String> verbs) {
        ObjectNode resource = resources
                .addObject()
                .put("name", name)
                .put("singularName", "")
                .put("namespaced", namespaced)
                .put("kind", kind);
        resource.set("verbs", Json.strings(verbs));
        return resource;
    }

    private static ObjectNode group(String name, String version) {
        ObjectNode group = Json.object().put("name", name);
        ObjectNode served =
                Json.object().put("groupVersion", name + "/" + version).put("version", version);
        group.putArray("versions").add(served);
        group.set("preferredVersion", served);
        return group;
    }
}
