package io.aicc.operator;

import io.aicc.crd.CallSession;
import io.aicc.operator.control.ControlKey;
import io.aicc.operator.control.WorkerChannels;
import io.aicc.operator.kube.Connection;
import io.aicc.operator.kube.KubeWrites;
import io.aicc.operator.kube.Leadership;
import io.aicc.operator.pool.WarmPools;
import io.aicc.operator.pool.WorkerPoolReconciler;
import io.aicc.operator.session.CallSessionReconciler;
import io.aicc.operator.session.LeanSessions;
import io.aicc.runtime.Health;
import io.aicc.runtime.ManagementServer;
import io.aicc.runtime.ProcessMetrics;
import io.aicc.runtime.Program;
import io.aicc.runtime.Settings;
import io.aicc.runtime.SteadyClock;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.Cloner;
import io.javaoperatorsdk.operator.api.config.ConfigurationService;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * The operator program: gives every CallSession of its namespace a warm worker, and takes everything back at the end. Any
 * number may run; one leads. Calls in progress do not need it: a new leader finds them again from pods, reports and records.
 */
public final class Operator implements AutoCloseable {
    private final OperatorSettings settings;
    private final KubernetesClient client;
    private final ControlKey key;
    private final InstantSource clock = InstantSource.system();
    private final KubeWrites api;
    private final ThreadPoolExecutor reconciling = new ThreadPoolExecutor(
            ConfigurationService.DEFAULT_RECONCILIATION_THREADS_NUMBER,
            ConfigurationService.DEFAULT_RECONCILIATION_THREADS_NUMBER,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>());
    private final WarmPools pools;
    private final WorkerPoolReconciler poolReconciler;
    private final CallSessionReconciler sessionReconciler;
    private final io.javaoperatorsdk.operator.Operator framework;
    private final Leadership leadership;
    private final MeterRegistry metrics;
    private final Runnable onDeposed;

    private Operator(
            OperatorSettings settings,
            KubernetesClient client,
            ProcessMetrics metrics,
            ControlKey key,
            Runnable onDeposed) {
        this.settings = settings;
        this.client = client;
        this.key = key;
        this.metrics = metrics.registry();
        this.onDeposed = onDeposed;
        String namespace = settings.namespace();
        leadership = new Leadership(client, namespace, settings.election(), metrics.registry(), new SteadyClock());
        api = new KubeWrites(client, metrics.registry(), clock, leadership::leads);
        pools = new WarmPools(client, namespace, clock, new SecureRandom(), metrics.registry());
        poolReconciler = new WorkerPoolReconciler(pools, key.publicKey(), api, namespace, clock);
        var home = new CallSessionReconciler.Home(namespace, settings.election().lease());
        sessionReconciler = new CallSessionReconciler(pools, api, home, metrics.registry(), clock);
        queue(metrics.registry(), "reconcile", () -> reconciling.getQueue().size());
        queue(metrics.registry(), "create_pod", poolReconciler::creationsWaiting);
        queue(metrics.registry(), "delete_pod", poolReconciler::deletionsWaiting);
        framework = new io.javaoperatorsdk.operator.Operator(overrides -> configure(overrides, client));
        framework.register(poolReconciler, this::configure);
        framework.register(sessionReconciler, overrides -> {
            configure(overrides);
            overrides
                    .withGenerationAware(false)
                    .withOnUpdateFilter(CallSessionReconciler::concernsUs)
                    .withInformerListLimit(KubeWrites.PAGE)
                    .withItemStore(new LeanSessions());
        });
    }

    public static void main(String[] args) throws InterruptedException {
        System.exit(Program.run("operator", Operator::build));
    }

    /**
     * Builds the program part by part and starts it, against the cluster that its kubeconfig or service account names.
     *
     * @throws Exception when it cannot start; the message says why in one line
     */
    public static void build(Map<String, String> environment, Program program) throws Exception {
        KubernetesClient client = program.add("kubernetes client", Connection.open());
        start(environment, client, program);
    }

    /** The same with a client of the caller's, who closes it. */
    public static Operator start(Map<String, String> environment, KubernetesClient client, Program program)
            throws Exception {
        OperatorSettings settings = Settings.load(environment, OperatorSettings::from);
        ControlKey key = ControlKey.read(settings.controlKey());
        ProcessMetrics metrics = program.add("metrics", new ProcessMetrics());
        Health health = new Health();
        Operator operator =
                program.add("operator", new Operator(settings, client, metrics, key, () -> Thread.ofPlatform()
                        .name("deposed")
                        .start(program::close)));
        health.ready("leadership", operator.leadership::health);
        health.ready("api", operator::watching);
        program.add("endpoints", new ManagementServer(settings.endpoints(), health, metrics.registry()));
        operator.run();
        return operator;
    }

    /** Every setting, for the reference. */
    public static List<Settings.Declared> settings() {
        return Settings.describe(OperatorSettings::from);
    }

    @Override
    public void close() {
        framework.stop();
        poolReconciler.close();
        sessionReconciler.close();
        pools.close();
        api.close();
        leadership.close(); // The last: nobody else gets the lease while we still act.
    }

    private void run() throws InterruptedException {
        Connection.await(client);
        pools.start();
        framework.start();
        leadership.seek(this::lead, onDeposed);
    }

    /** From here on we command the workers. */
    private void lead() {
        long epoch = epoch();
        WorkerChannels channels = new WorkerChannels(key, epoch, clock, metrics);
        poolReconciler.learn();
        pools.begin(channels, sessionReconciler.memories(epoch));
        poolReconciler.begin();
        sessionReconciler.begin();
    }

    /**
     * The revision of the API's whole store, read after the Lease was written: higher than that of any leader before us,
     * whatever their clocks and ours say. Resource versions are decimal numbers that grow (Kubernetes API concepts, "Resource
     * versions").
     */
    private long epoch() {
        ListOptions one = new ListOptionsBuilder().withLimit(1L).build();
        return Long.parseLong(client.resources(CallSession.class)
                .inNamespace(settings.namespace())
                .list(one)
                .getMetadata()
                .getResourceVersion());
    }

    private Health.State watching() {
        boolean watching = pools.watching() && framework.getRuntimeInfo().allEventSourcesAreHealthy();
        return watching ? Health.State.up("watching") : Health.State.down("the API server is not reached");
    }

    private void configure(ConfigurationServiceOverrider overrides, KubernetesClient client) {
        overrides
                .withKubernetesClient(client)
                .withExecutorService(reconciling)
                .withCloseClientOnStop(false)
                .withResourceCloner(new Unchanged())
                .withUseSSAToPatchPrimaryResource(false)
                .withReconciliationTerminationTimeout(Duration.ofSeconds(5));
    }

    private static void queue(MeterRegistry metrics, String name, IntSupplier depth) {
        Gauge.builder("aicc_queue_depth", depth::getAsInt)
                .description("Work that waits for a thread: changes to look at, pods to create, pods to delete")
                .tag("queue", name)
                .register(metrics);
    }

    private <R extends HasMetadata> void configure(ControllerConfigurationOverrider<R> overrides) {
        // Deletions are seen without a finalizer, which would cost every call a write and a round before its worker.
        overrides
                .settingNamespace(settings.namespace())
                .withTriggerReconcilerOnAllEvents(true)
                .withReconciliationMaxInterval(Duration.ofSeconds(30))
                .withRetry(new GenericRetry()
                        .setInitialInterval(50)
                        .setIntervalMultiplier(1.5)
                        .setMaxInterval(1_000)
                        .withoutMaxAttempts());
    }

    /** Our steps read what they are given and never change it, so nobody needs a copy of his own. */
    private static final class Unchanged implements Cloner {
        @Override
        public <R extends HasMetadata> R clone(R object) {
            return object;
        }
    }
}
