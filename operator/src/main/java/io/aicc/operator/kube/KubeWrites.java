package io.aicc.operator.kube;

import io.aicc.crd.CallSession;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.HttpURLConnection;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every write of the operator to the Kubernetes API goes through here, one request each; once it may not act any more each is a
 * {@link DeposedException}. Thread-safe.
 */
public final class KubeWrites implements AutoCloseable {
    /** So many sessions are read at a time: the server stores records of up to 1.5 MB, and we must not fall over a page of them. */
    public static final long PAGE = 25;

    private static final int UNPROCESSABLE = 422;

    /** What a server says of what guards pods, and then whatever one is asked about. */
    private static final String CANNOT_ASK = "does not support dry run";

    /** How often a list is begun that the server forgets: one that takes minutes each time will not come to its end. */
    private static final int LISTS = 3;

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
    private static final PatchContext JSON_PATCH = PatchContext.of(PatchType.JSON);

    private final KubernetesClient client;
    private final MeterRegistry metrics;
    private final BooleanSupplier leads;
    private final Notices notices;

    /** @param leads whether this program may act; what it is doing when it no longer may ends with its next write */
    public KubeWrites(KubernetesClient client, MeterRegistry metrics, InstantSource clock, BooleanSupplier leads) {
        this.client = client;
        this.metrics = metrics;
        this.leads = leads;
        this.notices = new Notices(this::create, clock);
        // What Prometheus has not seen at zero, it cannot see rise to one.
        counter("patch_status", "CallSession");
        counter("patch_status", "WorkerPool");
        counter("create", "Pod");
        counter("delete", "Pod");
        counter("patch", "Pod");
        counter("delete", "CallSession");
        counter("create", "ConfigMap");
        counter("patch", "ConfigMap");
        counter("create", "Event");
    }

    /**
     * Merges some fields into the status of an object, provided nobody changed the object since it was read.
     *
     * @param blank an object of that kind: a patch of the whole one would begin with a copy of it, by way of JSON
     * @param status the fields to change; absent ones stay
     * @return the object as it is now; empty when it was changed by somebody else or is gone
     * @throws KubernetesClientException on any other failure
     */
    public <T extends HasMetadata> Optional<T> mergeStatus(T read, Supplier<T> blank, Object status) {
        String version = read.getMetadata().getResourceVersion();
        return patchStatus(
                read, blank, MERGE, Map.of("metadata", Map.of("resourceVersion", version), "status", status));
    }

    /**
     * The same with the whole status: what it does not say is there no more, and a map in it is not mixed with the one before.
     *
     * @param specCopy a field of the status that the server copies the object's spec to, exactly as it has it; null for none
     */
    public <T extends HasMetadata> Optional<T> replaceStatus(
            T read, Supplier<T> blank, Object status, @Nullable String specCopy) {
        String version = read.getMetadata().getResourceVersion();
        List<Map<String, Object>> patch = new ArrayList<>(List.of(
                Map.of("op", "replace", "path", "/metadata/resourceVersion", "value", version),
                Map.of("op", "add", "path", "/status", "value", status)));
        if (specCopy != null) {
            patch.add(Map.of("op", "copy", "from", "/spec", "path", "/status/" + specCopy));
        }
        return patchStatus(read, blank, JSON_PATCH, patch);
    }

    private <T extends HasMetadata> Optional<T> patchStatus(
            T read, Supplier<T> blank, PatchContext form, Object patch) {
        T target = blank.get();
        target.setMetadata(
                name(read.getMetadata().getNamespace(), read.getMetadata().getName()));
        String body = client.getKubernetesSerialization().asJson(patch);
        begin("patch_status", read.getKind());
        return unlessChanged(() -> client.resource(target).subresource("status").patch(form, body));
    }

    /** Creates a pod. What the server answers is not read: the watch brings the same, and a pod is long. */
    public void create(Pod pod) {
        begin("create", "Pod");
        String pods = "/api/v1/namespaces/" + pod.getMetadata().getNamespace() + "/pods";
        var unused = client.raw(pods, "POST", pod);
    }

    /**
     * Why the API server takes no such pod.
     *
     * @param why for a person, in its words
     * @param forWhatItSays whether for what the pod says; otherwise by what guards the cluster, a quota for example, which may
     *     take it later
     */
    public record PodRefusal(String why, boolean forWhatItSays) {}

    /** Why the API server would not take a pod; empty when it would, or when that cannot be told. Makes none. */
    public Optional<PodRefusal> dryRun(Pod pod) {
        String pods = "/api/v1/namespaces/" + pod.getMetadata().getNamespace() + "/pods?dryRun=All";
        try {
            var unused = client.raw(pods, "POST", pod);
            return Optional.empty();
        } catch (KubernetesClientException e) {
            String why = why(e);
            return switch (e.getCode()) {
                case HttpURLConnection.HTTP_BAD_REQUEST, UNPROCESSABLE ->
                    why.contains(CANNOT_ASK) ? Optional.empty() : Optional.of(new PodRefusal(why, true));
                case HttpURLConnection.HTTP_FORBIDDEN -> Optional.of(new PodRefusal(why, false));
                default -> Optional.empty();
            };
        }
    }

    /** By the fields that are wrong, if it names any. */
    private static String why(KubernetesClientException refusal) {
        Status status = refusal.getStatus();
        String message = String.valueOf(status == null ? refusal.getMessage() : status.getMessage());
        StatusDetails details = status == null ? null : status.getDetails();
        return details == null
                ? message
                : details.getCauses().stream()
                        .filter(cause -> cause.getField() != null) // A policy names none.
                        .map(cause -> cause.getField() + ": " + cause.getMessage())
                        .distinct()
                        .reduce((one, next) -> one + "; " + next)
                        .orElse(message);
    }

    /**
     * Tells as an Event of something that somebody may have to look after, see {@link Notices}.
     *
     * @param reason one CamelCase word
     * @param message a sentence for a person
     */
    public void warn(HasMetadata about, String reason, String message) {
        notices.warn(about, reason, message);
    }

    @Override
    public void close() {
        notices.close();
    }

    private void create(Event event) {
        begin("create", "Event");
        String events = "/api/v1/namespaces/" + event.getMetadata().getNamespace() + "/events";
        var unused = client.raw(events, "POST", event);
    }

    /** Sets labels and annotations of a pod; one that is gone is fine. */
    public void mark(String namespace, String pod, Map<String, String> labels, Map<String, String> annotations) {
        begin("patch", "Pod");
        String body = client.getKubernetesSerialization()
                .asJson(Map.of("metadata", Map.of("labels", labels, "annotations", annotations)));
        try {
            var unused = client.resource(named(namespace, pod)).patch(MERGE, body);
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    /** Whether a pod exists. This one reads, by a list: that right we have for the watch. */
    public boolean podExists(String namespace, String name) {
        return !client.pods()
                .inNamespace(namespace)
                .withField("metadata.name", name)
                .list()
                .getItems()
                .isEmpty();
    }

    /** A patch of a pod that is only named would begin with a read of it. */
    private static Pod named(String namespace, String pod) {
        return new PodBuilder().withMetadata(name(namespace, pod)).build();
    }

    private static ObjectMeta name(String namespace, String name) {
        return new ObjectMetaBuilder().withNamespace(namespace).withName(name).build();
    }

    /**
     * Deletes pods; those that are gone already are fine. One write for all that have their name in a label; one more for
     * each that has not, because somebody changed it.
     *
     * @param nameLabel the label
     */
    public void deletePods(String namespace, String nameLabel, Collection<String> names) {
        begin("delete", "Pod");
        Set<String> left = new HashSet<>(names);
        client.pods()
                .inNamespace(namespace)
                .withLabelIn(nameLabel, names.toArray(String[]::new))
                .delete()
                .forEach(deleted -> left.remove(deleted.getName()));
        for (String name : left) {
            begin("delete", "Pod");
            client.pods().inNamespace(namespace).withName(name).delete();
        }
    }

    /**
     * Deletes the record of this session, and of no other that has its name; one that is gone already is fine.
     *
     * @return false when it stays there for now: somebody's finalizer holds it
     */
    public boolean deleteSession(String namespace, String name, String uid) {
        begin("delete", "CallSession");
        String path = "/apis/%s/namespaces/%s/%s/%s"
                .formatted(
                        HasMetadata.getApiVersion(CallSession.class),
                        namespace,
                        HasMetadata.getPlural(CallSession.class),
                        name);
        DeleteOptions exactly = new DeleteOptionsBuilder()
                .withNewPreconditions()
                .withUid(uid)
                .endPreconditions()
                .build();
        try {
            // What is answered is a Status, or the object: one without finalizers is gone.
            GenericKubernetesResource answer = client.getKubernetesSerialization()
                    .unmarshal(client.raw(path, "DELETE", exactly), GenericKubernetesResource.class);
            return answer == null
                    || answer.getMetadata() == null
                    || answer.getMetadata().getFinalizers().isEmpty();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND || e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return true;
            }
            throw e;
        }
    }

    /**
     * Reads the sessions that have this in a field, a page at a time: there may be an hour's. The server forgets after some
     * minutes where a list had come to; then it is read from the beginning, so that the visitor may see a session twice.
     */
    public void visitSessions(String namespace, String field, String value, Consumer<CallSession> visitor) {
        for (int again = LISTS; ; again--) {
            try {
                visitPages(namespace, field + "=" + value, visitor);
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_GONE || again == 1) {
                    throw e;
                }
            }
        }
    }

    private void visitPages(String namespace, String selector, Consumer<CallSession> visitor) {
        String next = null;
        do {
            ListOptions page = new ListOptionsBuilder()
                    .withFieldSelector(selector)
                    .withLimit(PAGE)
                    .withContinue(next)
                    .build();
            var sessions =
                    client.resources(CallSession.class).inNamespace(namespace).list(page);
            sessions.getItems().forEach(visitor);
            next = sessions.getMetadata().getContinue();
        } while (next != null && !next.isEmpty());
    }

    /** A ConfigMap as it is now. */
    public Optional<ConfigMap> configMap(String namespace, String name) {
        return Optional.ofNullable(
                client.configMaps().inNamespace(namespace).withName(name).get());
    }

    /** Creates a ConfigMap; empty when there is one of that name. */
    public Optional<ConfigMap> create(String namespace, String name, Map<String, String> data) {
        begin("create", "ConfigMap");
        ConfigMap map = new ConfigMapBuilder()
                .withMetadata(name(namespace, name))
                .withData(data)
                .build();
        return unlessChanged(() -> client.resource(map).create());
    }

    /** Merges some entries into a ConfigMap, null removes one; empty when somebody changed or deleted it since it was read. */
    public Optional<ConfigMap> mergeData(ConfigMap read, Map<String, @Nullable String> data) {
        begin("patch", "ConfigMap");
        ConfigMap target = new ConfigMapBuilder()
                .withMetadata(name(
                        read.getMetadata().getNamespace(), read.getMetadata().getName()))
                .build();
        String version = read.getMetadata().getResourceVersion();
        String body = client.getKubernetesSerialization()
                .asJson(Map.of("metadata", Map.of("resourceVersion", version), "data", data));
        return unlessChanged(() -> client.resource(target).patch(MERGE, body));
    }

    private static <T> Optional<T> unlessChanged(Supplier<T> write) {
        try {
            return Optional.of(write.get());
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Another one may lead by now, and have written something else.
     *
     * @throws DeposedException if so
     */
    private void begin(String verb, String kind) {
        if (!leads.getAsBoolean()) {
            throw new DeposedException(verb, kind);
        }
        counter(verb, kind).increment();
    }

    private Counter counter(String verb, String kind) {
        return Counter.builder("aicc_api_writes")
                .description("Writes to the Kubernetes API")
                .tag("verb", verb)
                .tag("kind", kind)
                .register(metrics);
    }
}
