package io.aicc.demo.api;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One kind of object that the server serves, built in or declared by a CustomResourceDefinition. */
record ResourceKind(
        String group,
        String version,
        String kind,
        String plural,
        String singular,
        List<String> shortNames,
        List<String> categories,
        boolean namespaced,
        boolean statusSubresource,
        @Nullable Scale scale,
        Set<String> selectableFields,
        List<Column> columns,
        @Nullable Schema schema) {

    /** Where a kind keeps what {@code /scale} shows, as dotted paths. */
    record Scale(
            String specReplicas,
            String statusReplicas,
            @Nullable String labelSelector) {}

    /** The name that is unique on a server: {@code callsessions.aicc.io}, {@code pods}. */
    String resource() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** As written in an object's {@code apiVersion}. */
    String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    boolean custom() {
        return schema != null;
    }

    /** True for the built-in kind with that resource name. */
    boolean is(String resource) {
        return resource.equals(resource());
    }
}
