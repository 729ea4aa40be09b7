package io.aicc.operator.pool;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.crd.WorkerPool;
import io.aicc.crd.WorkerPoolSpec;
import io.aicc.crd.WorkerPoolSpec.NetworkMode;
import io.aicc.operator.port.PortPair;
import io.aicc.operator.port.PortRange;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.EnvVarSourceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the pod of a worker: everything it will ever need is stamped on it now, because a running pod's ports and
 * environment cannot change. It fits the "restricted" pod security standard and has no Kubernetes rights. Pure.
 */
final class WorkerPodFactory {
    static final String NAME_LABEL = "app.kubernetes.io/name";
    static final String NAME = "aicc-call-worker";
    static final String POOL_LABEL = "aicc.io/pool";

    /** The pod's own name: many pods can be named at once by a label only. Not there if no label could hold it. */
    static final String POD_LABEL = "aicc.io/pod";

    private static final int LONGEST_LABEL = 63;

    /** On pods that have had a call, when the pool marks them. */
    static final Map<String, String> LIVE = Map.of("aicc.io/live", "true");

    /** What the cluster autoscaler may do with an idle one, and with one that has a call. */
    static final Map<String, String> MAY_GO = Map.of("cluster-autoscaler.kubernetes.io/safe-to-evict", "true");

    static final Map<String, String> HAS_TO_STAY = Map.of("cluster-autoscaler.kubernetes.io/safe-to-evict", "false");

    static final String PORT_LABEL = "aicc.io/customer-port";
    static final String REVISION_LABEL = "aicc.io/revision";
    static final String CONTAINER = "worker";
    static final String CONTROL = "control";
    static final String CUSTOMER_PORT = "AICC_CUSTOMER_PORT";

    private static final int HEALTH_PORT = 8080;
    private static final int CONTROL_PORT = 8081;
    private static final int METRICS_PORT = 9090;
    private static final int READABLE_BY_GROUP = 0440;
    private static final int REVISION_BYTES = 5;
    private static final int START_SECONDS = (int) Staffing.START_LIMIT.toSeconds();

    /** The user of the worker's image. */
    private static final long USER = 10_001;

    /** From the end of the drain until the process has to be gone, seconds. */
    private static final int EXIT_SECONDS = 10;

    private static final String KEY_DIRECTORY = "/etc/aicc/outputs/";
    private static final String KEY_NAME = "jwt-key";
    private static final String SPEECH_DIRECTORY = "/etc/aicc/speech";
    private static final String CREDENTIALS_NAME = "credentials.json";
    private static final String CA_NAME = "ca.crt";
    private static final String OUTBOX = "/var/lib/aicc/outbox";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String publicKey;

    /** Workers will obey whoever holds the private half of this key. */
    WorkerPodFactory(String publicKey) {
        this.publicKey = publicKey;
    }

    /** Selects the pods of a pool. */
    static String selector(String pool) {
        return NAME_LABEL + "=" + NAME + "," + POOL_LABEL + "=" + pool;
    }

    /** What pods are made from by this WorkerPool, with this template in place of its own. */
    Revision revision(WorkerPool pool, PodTemplate template) {
        Pod sample = unmarked(pool, "", new PortPair(PortRange.ALL.from()));
        try {
            // The object's own maps and lists keep their order, so equal pods make equal text.
            String text = JSON.writeValueAsString(sample.getSpec()) + template.text();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return new Revision(HexFormat.of().formatHex(digest, 0, REVISION_BYTES), pool, template);
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("a pod always makes JSON, and every JDK has SHA-256", e);
        }
    }

    Pod make(Revision revision, Staffing.Making making) {
        Pod pod = revision.template().over(unmarked(revision.pool(), making.pod(), making.ports()));
        pod.getMetadata().getLabels().put(REVISION_LABEL, revision.id());
        pod.getSpec().setAffinity(OtherNodes.than(making.taken(), pod.getSpec().getAffinity()));
        return pod;
    }

    private Pod unmarked(WorkerPool pool, String name, PortPair ports) {
        WorkerPoolSpec spec = pool.getSpec();
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(pool.getMetadata().getNamespace())
                .addToLabels(PORT_LABEL, String.valueOf(ports.customer()))
                .addToLabels(name.length() <= LONGEST_LABEL ? Map.of(POD_LABEL, name) : Map.of())
                .addToLabels(POOL_LABEL, pool.getMetadata().getName())
                .addToLabels(NAME_LABEL, NAME)
                .addToAnnotations(marksLiveCalls(spec) ? MAY_GO : Map.of())
                .addNewOwnerReference()
                .withApiVersion(pool.getApiVersion())
                .withKind(pool.getKind())
                .withName(pool.getMetadata().getName())
                .withUid(pool.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Always")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds((long) drainSeconds(spec) + EXIT_SECONDS)
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(USER)
                .withRunAsGroup(USER)
                .withFsGroup(USER)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .withPriorityClassName(scheduling(spec).priorityClassName())
                .withNodeSelector(scheduling(spec).nodeSelector())
                .withTolerations(Tolerations.of(scheduling(spec).tolerations()))
                .withTopologySpreadConstraints(
                        spread("kubernetes.io/hostname", pool), spread("topology.kubernetes.io/zone", pool))
                .withContainers(container(spec, ports))
                .withVolumes(volumes(spec))
                .endSpec()
                .build();
    }

    /** Whether pods are marked when they get their call. */
    static boolean marksLiveCalls(WorkerPoolSpec spec) {
        return Boolean.TRUE.equals(scheduling(spec).markLiveCalls());
    }

    private static WorkerPoolSpec.Scheduling scheduling(WorkerPoolSpec spec) {
        return Objects.requireNonNullElseGet(
                spec.worker().scheduling(), () -> new WorkerPoolSpec.Scheduling(null, null, null, null));
    }

    /** As far as there is room: what is lost with a node, or a zone, shall be few calls. */
    private static TopologySpreadConstraint spread(String over, WorkerPool pool) {
        return new TopologySpreadConstraintBuilder()
                .withMaxSkew(1)
                .withTopologyKey(over)
                .withWhenUnsatisfiable("ScheduleAnyway")
                .withNewLabelSelector()
                .addToMatchLabels(NAME_LABEL, NAME)
                .addToMatchLabels(POOL_LABEL, pool.getMetadata().getName())
                .endLabelSelector()
                .build();
    }

    private Container container(WorkerPoolSpec spec, PortPair ports) {
        return new ContainerBuilder()
                .withName(CONTAINER)
                .withImage(spec.worker().image())
                .withImagePullPolicy(spec.worker().imagePullPolicy())
                .withTerminationMessagePolicy("FallbackToLogsOnError") // Its log goes with it; why it ended stays.
                .withEnv(environment(spec, ports))
                .withPorts(ports(spec, ports))
                .withStartupProbe(probe("/health/live", 1, START_SECONDS)) // A busy node is slow: no reason to kill it.
                .withReadinessProbe(probe("/health/ready", 1, 1))
                .withLivenessProbe(probe("/health/live", 10, 3))
                .withResources(Objects.requireNonNullElseGet(spec.worker().resources(), ResourceRequirements::new))
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .withVolumeMounts(mounts(spec))
                .build();
    }

    private List<EnvVar> environment(WorkerPoolSpec spec, PortPair ports) {
        List<EnvVar> environment = new ArrayList<>(List.of(
                field("POD_NAME", "metadata.name"),
                field("POD_UID", "metadata.uid"),
                field("POD_NAMESPACE", "metadata.namespace"),
                field("AICC_BIND_ADDRESS", "status.podIP"),
                value(CUSTOMER_PORT, String.valueOf(ports.customer())),
                value("AICC_AGENT_PORT", String.valueOf(ports.agent())),
                value("AICC_CONTROL_PUBLIC_KEY", publicKey),
                value("AICC_OUTPUTS", OutputSetting.json(spec, KEY_DIRECTORY, KEY_NAME)),
                value("AICC_OUTBOX_DIR", OUTBOX),
                value("AICC_STT_ENGINE", engine(spec)),
                value("AICC_DRAIN_SECONDS", String.valueOf(drainSeconds(spec)))));
        List<String> sources = spec.allowedRtpSources();
        if (sources != null && !sources.isEmpty()) {
            environment.add(value("AICC_ALLOWED_SOURCES", String.join(",", sources)));
        }
        if (credentials(spec) != null) {
            environment.add(value("AICC_GOOGLE_CREDENTIALS_FILE", SPEECH_DIRECTORY + "/" + CREDENTIALS_NAME));
        }
        WorkerPoolSpec.OutputCa authorities = spec.outputCa();
        if (authorities != null) {
            environment.add(new EnvVarBuilder()
                    .withName("AICC_OUTPUT_CA")
                    .withValueFrom(source(authorities))
                    .build());
        }
        List<WorkerPoolSpec.Setting> settings = spec.worker().settings();
        if (settings != null) {
            settings.forEach(setting -> environment.add(value(setting.name(), setting.value())));
        }
        return environment;
    }

    private static List<ContainerPort> ports(WorkerPoolSpec spec, PortPair ports) {
        boolean onNode = spec.networkMode() == NetworkMode.HostPort;
        return List.of(
                port("health", HEALTH_PORT, "TCP", false),
                port(CONTROL, CONTROL_PORT, "TCP", false),
                port("metrics", METRICS_PORT, "TCP", false),
                port("customer", ports.customer(), "UDP", onNode),
                port("agent", ports.agent(), "UDP", onNode));
    }

    private static ContainerPort port(String name, int number, String protocol, boolean onNode) {
        return new ContainerPortBuilder()
                .withName(name)
                .withContainerPort(number)
                .withHostPort(onNode ? number : null)
                .withProtocol(protocol)
                .build();
    }

    private static Probe probe(String path, int periodSeconds, int failures) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withNewPort("health")
                .endHttpGet()
                .withPeriodSeconds(periodSeconds)
                .withFailureThreshold(failures)
                .build();
    }

    private static List<Volume> volumes(WorkerPoolSpec spec) {
        List<Volume> volumes = new ArrayList<>();
        volumes.add(scratch("outbox", "96Mi"));
        volumes.add(scratch("tmp", "16Mi"));
        for (WorkerPoolSpec.Output output : spec.outputs()) {
            volumes.add(secret("key-" + volumes.size(), output.secretRef(), KEY_NAME));
        }
        String credentials = credentials(spec);
        if (credentials != null) {
            volumes.add(secret("speech", credentials, CREDENTIALS_NAME));
        }
        return volumes;
    }

    /**
     * One key of a Secret, as a file. Optional for Kubernetes, whose pod would wait for it and not say why for minutes: a worker
     * without it ends at once and names it.
     */
    private static Volume secret(String name, String secret, String key) {
        return new VolumeBuilder()
                .withName(name)
                .withNewSecret()
                .withSecretName(secret)
                .withDefaultMode(READABLE_BY_GROUP)
                .withOptional(true)
                .addNewItem()
                .withKey(key)
                .withPath(key)
                .endItem()
                .endSecret()
                .build();
    }

    private static Volume scratch(String name, String limit) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .withSizeLimit(new Quantity(limit))
                .endEmptyDir()
                .build();
    }

    private static List<VolumeMount> mounts(WorkerPoolSpec spec) {
        List<VolumeMount> mounts = new ArrayList<>();
        mounts.add(mount("outbox", OUTBOX, false));
        mounts.add(mount("tmp", "/tmp", false));
        for (WorkerPoolSpec.Output output : spec.outputs()) {
            mounts.add(mount("key-" + mounts.size(), KEY_DIRECTORY + output.name(), true));
        }
        if (credentials(spec) != null) {
            mounts.add(mount("speech", SPEECH_DIRECTORY, true));
        }
        return mounts;
    }

    private static VolumeMount mount(String volume, String path, boolean readOnly) {
        return new VolumeMountBuilder()
                .withName(volume)
                .withMountPath(path)
                .withReadOnly(readOnly ? true : null)
                .build();
    }

    private static int drainSeconds(WorkerPoolSpec spec) {
        WorkerPoolSpec.Limits limits = spec.limits();
        return Objects.requireNonNullElse(limits == null ? null : limits.drainSeconds(), 30);
    }

    private static String engine(WorkerPoolSpec spec) {
        WorkerPoolSpec.Speech speech = spec.speech();
        return Objects.requireNonNullElse(speech == null ? null : speech.engine(), "sphinx");
    }

    private static @Nullable String credentials(WorkerPoolSpec spec) {
        WorkerPoolSpec.Speech speech = spec.speech();
        return speech == null ? null : speech.credentialsSecret();
    }

    private static EnvVarSource source(WorkerPoolSpec.OutputCa authorities) {
        EnvVarSourceBuilder source = new EnvVarSourceBuilder();
        return authorities.secret() == null
                ? source.withNewConfigMapKeyRef(CA_NAME, authorities.configMap(), false)
                        .build()
                : source.withNewSecretKeyRef(CA_NAME, authorities.secret(), false)
                        .build();
    }

    private static EnvVar value(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }

    private static EnvVar field(String name, String path) {
        return new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewFieldRef()
                .withFieldPath(path)
                .endFieldRef()
                .endValueFrom()
                .build();
    }
}
