package io.aicc.operator.ari.call;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.crd.CallSessionSpec.EndMark;
import io.aicc.crd.CallSessionSpec.MediaSources;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The CallSessions of one PBX: watched, created, added to, never deleted. Every write is one request, counted. Thread-safe. */
public final class CallSessions implements AutoCloseable {
    /** Names the PBX of a session. */
    public static final String PBX_LABEL = "aicc.io/pbx";

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
    private static final int UNPROCESSABLE = 422;
    private static final String CREATE = "create";
    private static final String PATCH = "patch";

    private final KubernetesClient client;
    private final String namespace;
    private final String pbx;
    private final boolean dry;
    private final WriteRefusals refusals;
    private final Counter creates;
    private final Counter patches;
    private volatile @Nullable SharedIndexInformer<CallSession> informer;

    public CallSessions(KubernetesClient client, String namespace, String pbx, MeterRegistry metrics) {
        this.client = client;
        this.namespace = namespace;
        this.pbx = pbx;
        dry = false;
        refusals = new WriteRefusals(metrics);
        creates = writes(CREATE, metrics);
        patches = writes(PATCH, metrics);
    }

    private CallSessions(CallSessions real) {
        client = real.client;
        namespace = real.namespace;
        pbx = real.pbx;
        dry = true;
        refusals = real.refusals;
        creates = writes(CREATE, new SimpleMeterRegistry());
        patches = writes(PATCH, new SimpleMeterRegistry());
    }

    /** Sessions that never come to be: the API server does all but keep them (dry run). What it refuses it would refuse us. */
    public CallSessions inDryRun() {
        return new CallSessions(this);
    }

    /** What the API server refuses now, whoever calls: nothing can be transcribed before that is mended. */
    public Optional<String> refused() {
        return refusals.standing();
    }

    /** Not even the least session that we can ask for is accepted. */
    void acceptsNothing() {
        refusals.refusedWhatever(CREATE);
    }

    /** Whether a session is of this PBX, so that its controller hears of it. */
    static boolean isOf(CallSession session, String pbx) {
        Map<String, String> labels = session.getMetadata().getLabels();
        return labels != null && pbx.equals(labels.get(PBX_LABEL));
    }

    /** Whether these are {@linkplain #inDryRun in dry run}. */
    boolean rehearsed() {
        return dry;
    }

    /**
     * Watches; returns when all that exist are known.
     *
     * @param listener gets the name, and the session, or null when it is deleted
     */
    void watch(BiConsumer<String, @Nullable CallSession> listener) {
        SharedIndexInformer<CallSession> watched = client.resources(CallSession.class)
                .inNamespace(namespace)
                .withLabel(PBX_LABEL, pbx)
                .runnableInformer(0)
                .exceptionHandler((started, problem) -> true) // Whatever it was, watching goes on.
                .addEventHandler(new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(CallSession session) {
                        listener.accept(session.getMetadata().getName(), session);
                    }

                    @Override
                    public void onUpdate(CallSession before, CallSession session) {
                        listener.accept(session.getMetadata().getName(), session);
                    }

                    @Override
                    public void onDelete(CallSession session, boolean unknown) {
                        listener.accept(session.getMetadata().getName(), null);
                    }
                });
        informer = watched;
        watched.run();
    }

    /** Whether we are told of changes. */
    public boolean watching() {
        SharedIndexInformer<CallSession> watched = informer;
        return watched != null && watched.isWatching();
    }

    /** All of this PBX that we know of. */
    List<CallSession> known() {
        SharedIndexInformer<CallSession> watched = informer;
        return watched == null ? List.of() : watched.getStore().list();
    }

    Optional<CallSession> known(String name) {
        SharedIndexInformer<CallSession> watched = informer;
        return watched == null
                ? Optional.empty()
                : Optional.ofNullable(watched.getStore().getByKey(namespace + "/" + name));
    }

    /** What the API server has under a name, whatever its labels; empty as well when it cannot be asked. */
    Optional<CallSession> find(String name) {
        try {
            return client
                    .resources(CallSession.class)
                    .inNamespace(namespace)
                    .withField("metadata.name", name) // A list, which we may have anyway, where to get one we need not.
                    .list()
                    .getItems()
                    .stream()
                    .findFirst();
        } catch (KubernetesClientException e) {
            return Optional.empty();
        }
    }

    /**
     * What stands under a name.
     *
     * @param existed before it was asked for, and perhaps for another call
     */
    record Made(CallSession session, boolean existed) {}

    /**
     * Creates a session, unless there is one of that name.
     *
     * @throws KubernetesClientException on any other failure; {@link #refused} tells whether it is the session's fault
     */
    Made create(CallSession session) {
        creates.increment();
        try {
            CallSession made =
                    client.resource(session).inNamespace(namespace).dryRun(dry).create();
            refusals.accepted(CREATE);
            return new Made(made, false);
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                refusals.accepted(CREATE);
                return new Made(find(session.getMetadata().getName()).orElseThrow(() -> e), true);
            }
            refusals.refused(CREATE, e);
            throw e;
        }
    }

    /** Whether the API server found something wrong with what we wrote. */
    static boolean refused(KubernetesClientException e) {
        return e.getCode() == UNPROCESSABLE;
    }

    /** Whether the API server lets nobody like us write any session: rights or a policy are wrong. */
    static boolean forbidden(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_FORBIDDEN || e.getCode() == HttpURLConnection.HTTP_UNAUTHORIZED;
    }

    /** Says that a call is over. A session that is gone, or ended already, is fine. */
    void markEnded(String name, EndMark mark) {
        try {
            patch(name, "ended", mark);
        } catch (KubernetesClientException e) {
            if (!refused(e)) {
                throw e;
            }
        }
    }

    /** Says where the PBX sends from. */
    void setSources(String name, MediaSources sources) {
        patch(name, "mediaSources", sources);
    }

    /** Says what has happened in the call so far. */
    void setEvents(String name, List<CallEvent> events) {
        patch(name, "callEvents", events);
    }

    @Override
    public void close() {
        SharedIndexInformer<CallSession> watched = informer;
        if (watched != null) {
            watched.close();
        }
    }

    private void patch(String name, String field, Object value) {
        patches.increment();
        String body = client.getKubernetesSerialization().asJson(Map.of("spec", Map.of(field, value)));
        try {
            Objects.requireNonNull(client.resource(named(name)).dryRun(dry).patch(MERGE, body));
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                refusals.refused(PATCH, e);
                throw e;
            }
        }
        refusals.accepted(PATCH); // Had it been refused, it would not matter that the session is gone.
    }

    /** A patch of a session that is only named would begin with a read of it. */
    private CallSession named(String name) {
        CallSession session = new CallSession();
        session.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
        return session;
    }

    private static Counter writes(String verb, MeterRegistry metrics) {
        return Counter.builder("aicc_api_writes")
                .description("Writes to the Kubernetes API")
                .tag("verb", verb)
                .tag("kind", "CallSession")
                .register(metrics);
    }
}
