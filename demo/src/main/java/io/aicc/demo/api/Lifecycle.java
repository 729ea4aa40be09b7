package io.aicc.demo.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How objects come, change and go: names and uids, optimistic locking, generations, finalizers, owners, grace periods. */
final class Lifecycle {
    private static final String FOREGROUND = "foregroundDeletion";
    private static final String NAME_CHARACTERS = "bcdfghjklmnpqrstvwxz2456789";
    private static final List<String> SYSTEM_METADATA = List.of(
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "name",
            "namespace");

    private final Store store;
    private final Kinds kinds;
    private final Ownership ownership;
    private final InstantSource clock;
    private final RandomGenerator random;

    Lifecycle(Store store, Kinds kinds, InstantSource clock, RandomGenerator random) {
        this.store = store;
        this.kinds = kinds;
        this.ownership = new Ownership(store);
        this.clock = clock;
        this.random = random;
    }

    ObjectNode get(ResourceKind kind, ObjectKey key) {
        ObjectNode object = store.find(key);
        if (object == null) {
            throw Failure.notFound(kind, key.name());
        }
        return object;
    }

    ObjectNode create(ResourceKind kind, String namespace, ObjectNode body, WriteOptions options) {
        ObjectNode object = body.deepCopy();
        identify(kind, namespace, object);
        Admission.admitNew(kind, object, now());
        Admission.admit(kind, object, options);
        ObjectKey key = ObjectKey.of(kind, object);
        return store.atomically(() -> {
            requireNamespace(kind, namespace);
            if (store.find(key) != null) {
                throw Failure.alreadyExists(kind, key.name());
            }
            if (options.dryRun()) {
                return object;
            }
            ObjectNode created = keep(kind, key, object);
            if (ownership.orphaned(key, created)) {
                delete(kind, key, DeleteOptions.PLAIN);
            }
            return created;
        });
    }

    /**
     * Changes the object, but for what only the server or the status subresource may change.
     *
     * @param edit makes an object of its own from the present one, which it leaves as it is
     */
    ObjectNode update(ResourceKind kind, ObjectKey key, UnaryOperator<ObjectNode> edit, WriteOptions options) {
        return write(kind, key, edit, options, (live, edited) -> {
            if (kind.statusSubresource()) {
                copy("status", live, edited);
            }
            return edited;
        });
    }

    /** Changes the status and nothing else. */
    ObjectNode updateStatus(ResourceKind kind, ObjectKey key, UnaryOperator<ObjectNode> edit, WriteOptions options) {
        return write(kind, key, edit, options, (live, edited) -> {
            ObjectNode next = live.deepCopy();
            copy("status", edited, next);
            return next;
        });
    }

    /** Deletes the object, or marks it when something or somebody must finish first; returns it as it is then. */
    ObjectNode delete(ResourceKind kind, ObjectKey key, DeleteOptions options) {
        return store.atomically(() -> {
            ObjectNode live = get(kind, key);
            checkPreconditions(kind, live, options);
            if (options.dryRun()) {
                return live;
            }
            List<ObjectKey> dependents = ownership.dependents(key, live);
            boolean foreground =
                    Ownership.container(kind) || options.propagation() == DeleteOptions.Propagation.FOREGROUND;
            if (options.propagation() == DeleteOptions.Propagation.ORPHAN) {
                dependents.forEach(dependent -> disown(dependent, live));
            }
            ObjectNode marked = mark(live, grace(kind, live, options), foreground && !dependents.isEmpty());
            ObjectNode result = marked.equals(live) && !finished(marked) ? live : keep(kind, key, marked);
            if (foreground) {
                dependents.forEach(this::deleteDependent);
            }
            return result;
        });
    }

    private interface Separation {
        ObjectNode apply(ObjectNode live, ObjectNode edited);
    }

    private ObjectNode write(
            ResourceKind kind,
            ObjectKey key,
            UnaryOperator<ObjectNode> edit,
            WriteOptions options,
            Separation separation) {
        return store.atomically(() -> {
            ObjectNode live = get(kind, key);
            ObjectNode edited = edit.apply(live);
            checkIdentity(kind, live, edited);
            ObjectNode next = separation.apply(live, edited);
            keepSystemMetadata(live, next);
            Admission.admit(kind, next, options);
            refuseNewFinalizers(kind, live, next);
            if (next.equals(live)) {
                return live;
            }
            Json.share(live, next);
            if (!desired(next).equals(desired(live))) {
                ObjectNode metadata = next.withObject("/metadata");
                metadata.put("generation", metadata.path("generation").asLong() + 1);
            }
            return options.dryRun() ? next : keep(kind, key, next);
        });
    }

    /** Stores the object, or lets it go if it was only waiting for this. */
    private ObjectNode keep(ResourceKind kind, ObjectKey key, ObjectNode object) {
        if (finished(object)) {
            ObjectNode last = store.remove(key);
            collect(kind, key, last);
            return last;
        }
        if (kind.is("customresourcedefinitions.apiextensions.k8s.io")) {
            kinds.add(Kinds.declared(object));
        }
        return store.put(key, object);
    }

    /** After an object is gone: what it owned goes too, and an owner that waited for it may go. */
    private void collect(ResourceKind kind, ObjectKey key, ObjectNode gone) {
        String uid = gone.at("/metadata/uid").asText();
        for (ObjectKey dependent : ownership.dependents(key, gone)) {
            ObjectNode object = store.find(dependent);
            if (object != null && ownership.orphaned(dependent, object)) {
                deleteDependent(dependent);
            } else if (object != null) {
                disown(dependent, gone);
            }
        }
        ownership.owners(key, gone).forEach(this::releaseIfAlone);
        Ownership.containers(key).forEach(this::releaseIfAlone);
        if (kind.is("customresourcedefinitions.apiextensions.k8s.io")) {
            kinds.remove(key.name());
        }
    }

    private void releaseIfAlone(ObjectKey owner) {
        ObjectNode object = store.find(owner);
        if (object != null
                && Json.strings(object.at("/metadata/finalizers")).contains(FOREGROUND)
                && ownership.dependents(owner, object).isEmpty()) {
            ObjectNode released = object.deepCopy();
            List<String> others = Json.strings(object.at("/metadata/finalizers")).stream()
                    .filter(finalizer -> !FOREGROUND.equals(finalizer))
                    .toList();
            released.withObject("/metadata").set("finalizers", Json.strings(others));
            keep(kinds.get(owner.resource()), owner, released);
        }
    }

    private void deleteDependent(ObjectKey dependent) {
        if (store.find(dependent) != null) {
            delete(kinds.get(dependent.resource()), dependent, DeleteOptions.PLAIN);
        }
    }

    private void disown(ObjectKey dependent, JsonNode owner) {
        ObjectNode object = store.find(dependent);
        if (object != null) {
            ObjectNode free =
                    Ownership.without(object, owner.at("/metadata/uid").asText());
            if (!free.equals(object)) {
                keep(kinds.get(dependent.resource()), dependent, free);
            }
        }
    }

    private void identify(ResourceKind kind, String namespace, ObjectNode object) {
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        ObjectNode metadata = object.withObject("/metadata");
        String prefix = metadata.path("generateName").asText();
        if (metadata.path("name").asText().isEmpty() && !prefix.isEmpty()) {
            metadata.put("name", prefix + suffix());
        }
        metadata.remove(List.of("resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields"));
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put("creationTimestamp", now().toString());
        metadata.put("generation", 1);
        if (!kind.namespaced()) {
            metadata.remove("namespace");
            return;
        }
        String said = metadata.path("namespace").asText(namespace);
        if (!said.equals(namespace)) {
            throw Failure.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        metadata.put("namespace", namespace);
    }

    private void requireNamespace(ResourceKind kind, String namespace) {
        if (kind.namespaced() && store.find(new ObjectKey("namespaces", "", namespace)) == null) {
            throw Failure.notFound(BuiltInKinds.NAMESPACE, namespace);
        }
    }

    private static void checkIdentity(ResourceKind kind, ObjectNode live, ObjectNode edited) {
        JsonNode has = live.path("metadata");
        JsonNode wants = edited.path("metadata");
        String name = has.path("name").asText();
        if (!wants.path("name").asText(name).equals(name)) {
            throw Failure.badRequest("the name of the object (%s) does not match the name on the URL (%s)"
                    .formatted(wants.path("name").asText(), name));
        }
        String uid = wants.path("uid").asText();
        if (!uid.isEmpty() && !uid.equals(has.path("uid").asText())) {
            throw Failure.conflict(
                    kind,
                    name,
                    "Precondition failed: UID in precondition: %s, UID in object meta: %s"
                            .formatted(uid, has.path("uid").asText()));
        }
        String revision = wants.path("resourceVersion").asText();
        if (!revision.isEmpty() && !revision.equals(has.path("resourceVersion").asText())) {
            throw Failure.conflict(
                    kind,
                    name,
                    "the object has been modified; please apply your changes to the latest version and try again");
        }
    }

    private static void checkPreconditions(ResourceKind kind, ObjectNode live, DeleteOptions options) {
        ObjectNode wanted = Json.object();
        wanted.putObject("metadata").put("uid", options.uid()).put("resourceVersion", options.resourceVersion());
        ObjectNode present = wanted.deepCopy();
        present.withObject("/metadata").removeIf(JsonNode::isNull);
        checkIdentity(kind, live, present);
    }

    private static void refuseNewFinalizers(ResourceKind kind, ObjectNode live, ObjectNode next) {
        if (!live.path("metadata").has("deletionTimestamp")) {
            return;
        }
        List<String> added = Json.strings(next.at("/metadata/finalizers"));
        added.removeAll(Json.strings(live.at("/metadata/finalizers")));
        if (!added.isEmpty()) {
            throw Failure.invalid(
                    kind,
                    live.at("/metadata/name").asText(),
                    List.of(new Failure.Cause(
                            "FieldValueForbidden",
                            "metadata.finalizers",
                            "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers "
                                    + added)));
        }
    }

    private static void keepSystemMetadata(ObjectNode live, ObjectNode next) {
        ObjectNode metadata = next.withObject("/metadata");
        SYSTEM_METADATA.forEach(field -> copy(field, (ObjectNode) live.path("metadata"), metadata));
        metadata.remove("managedFields");
        copy("apiVersion", live, next);
        copy("kind", live, next);
        if (metadata.path("finalizers").isEmpty()) {
            metadata.remove("finalizers");
        }
    }

    private ObjectNode mark(ObjectNode live, long grace, boolean foreground) {
        ObjectNode marked = Json.withOwnMetadata(live);
        ObjectNode metadata = marked.withObject("/metadata");
        boolean again = metadata.has("deletionTimestamp");
        if (!again || grace < metadata.path("deletionGracePeriodSeconds").asLong()) {
            metadata.put("deletionTimestamp", now().plusSeconds(grace).toString());
            metadata.put("deletionGracePeriodSeconds", grace);
        }
        ArrayNode finalizers = metadata.withArray("/finalizers");
        if (foreground && !Json.strings(finalizers).contains(FOREGROUND)) {
            finalizers.add(FOREGROUND);
        }
        if (finalizers.isEmpty()) {
            metadata.remove("finalizers");
        }
        return marked;
    }

    /** Seconds that a running pod gets; nobody else has anything to stop. */
    private static long grace(ResourceKind kind, ObjectNode object, DeleteOptions options) {
        String phase = object.at("/status/phase").asText();
        boolean runs = kind.is("pods")
                && !object.at("/spec/nodeName").asText().isEmpty()
                && !"Succeeded".equals(phase)
                && !"Failed".equals(phase);
        if (!runs) {
            return 0;
        }
        @Nullable Long asked = options.graceSeconds();
        return asked != null
                ? asked
                : object.at("/spec/terminationGracePeriodSeconds").asLong();
    }

    private static boolean finished(ObjectNode object) {
        JsonNode metadata = object.path("metadata");
        return metadata.has("deletionTimestamp")
                && metadata.path("deletionGracePeriodSeconds").asLong() == 0
                && metadata.path("finalizers").isEmpty();
    }

    /** What the user wants of the object: everything but what the system says about it. */
    private static Map<String, JsonNode> desired(ObjectNode object) {
        return object.properties().stream()
                .filter(field -> !"metadata".equals(field.getKey()) && !"status".equals(field.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static void copy(String field, ObjectNode from, ObjectNode to) {
        JsonNode value = from.get(field);
        if (value == null) {
            to.remove(field);
        } else {
            to.set(field, value);
        }
    }

    private String suffix() {
        StringBuilder suffix = new StringBuilder();
        random.ints(5, 0, NAME_CHARACTERS.length()).forEach(i -> suffix.append(NAME_CHARACTERS.charAt(i)));
        return suffix.toString();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }
}
