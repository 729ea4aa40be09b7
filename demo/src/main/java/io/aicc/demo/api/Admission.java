package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** What every object passes before it is kept: schema, defaults, and the little that built-in kinds fill in themselves. */
final class Admission {
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final int MAX_NAME = 253;

    private Admission() {}

    /** Completes the object in place, or refuses it. */
    static void admit(ResourceKind kind, ObjectNode object, WriteOptions options) {
        String name = object.at("/metadata/name").asText();
        if (kind.schema() instanceof Schema schema) {
            List<String> unknown = schema.prune(object);
            if (options.strict() && !unknown.isEmpty()) {
                throw Failure.badRequest("%s in version \"%s\" cannot be handled as a %s: strict decoding error: %s"
                        .formatted(kind.kind(), kind.version(), kind.kind(), unknownFields(unknown)));
            }
            schema.fillDefaults(object);
            List<Failure.Cause> violations = schema.violations(object);
            if (!violations.isEmpty()) {
                throw Failure.invalid(kind, name, violations);
            }
        } else if (kind.is("secrets")) {
            encodeStringData(object);
        }
    }

    /** What only a new object needs. */
    static void admitNew(ResourceKind kind, ObjectNode object, Instant now) {
        String name = object.at("/metadata/name").asText();
        if (name.length() > MAX_NAME || !NAME.matcher(name).matches()) {
            throw Failure.invalid(
                    kind,
                    name,
                    List.of(new Failure.Cause(
                            "FieldValueInvalid",
                            "metadata.name",
                            ("Invalid value: %s: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"
                                            + " characters, '-' or '.', and must start and end with an alphanumeric character")
                                    .formatted(Json.text(object.at("/metadata/name"))))));
        }
        if (kind.is("pods")) {
            completePod(object);
        } else if (kind.is("namespaces")) {
            object.withObject("/status").put("phase", "Active");
        } else if (kind.is("customresourcedefinitions.apiextensions.k8s.io")) {
            establish(object, now);
        } else if (kind.statusSubresource()) {
            object.remove("status");
        }
    }

    private static String unknownFields(List<String> paths) {
        return String.join(
                ", ", paths.stream().map("unknown field \"%s\""::formatted).toList());
    }

    private static void encodeStringData(ObjectNode secret) {
        JsonNode plain = secret.remove("stringData");
        if (plain != null) {
            ObjectNode data = secret.withObject("/data");
            plain.properties()
                    .forEach(entry -> data.put(
                            entry.getKey(),
                            Base64.getEncoder()
                                    .encodeToString(entry.getValue().asText().getBytes(StandardCharsets.UTF_8))));
        }
        if (!secret.has("type")) {
            secret.put("type", "Opaque");
        }
    }

    private static void completePod(ObjectNode pod) {
        ObjectNode spec = pod.withObject("/spec");
        if (!spec.has("restartPolicy")) {
            spec.put("restartPolicy", "Always");
        }
        if (!spec.has("terminationGracePeriodSeconds")) {
            spec.put("terminationGracePeriodSeconds", 30);
        }
        if (!spec.has("serviceAccountName")) {
            spec.put("serviceAccountName", "default");
        }
        pod.set("status", Json.object().put("phase", "Pending"));
    }

    private static void establish(ObjectNode definition, Instant now) {
        ResourceKind declared = Kinds.declared(definition);
        ObjectNode status = Json.object();
        status.set("acceptedNames", definition.at("/spec/names"));
        status.putArray("storedVersions").add(declared.version());
        var conditions = status.putArray("conditions");
        for (String type : List.of("NamesAccepted", "Established")) {
            conditions
                    .addObject()
                    .put("type", type)
                    .put("status", "True")
                    .put("reason", "NamesAccepted".equals(type) ? "NoConflicts" : "InitialNamesAccepted")
                    .put("message", "the names are served")
                    .put("lastTransitionTime", now.toString());
        }
        definition.set("status", status);
    }
}
