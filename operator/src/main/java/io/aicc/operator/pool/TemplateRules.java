package io.aicc.operator.pool;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a pod template may say: a list of what it may, not of what it may not, since what a pod can say grows with every
 * version of Kubernetes. What the chart's policy {@code workers-of-a-pool.aicc.io} lets pass has to be told apart there too.
 */
final class TemplateRules {
    private static final Set<String> TEMPLATE = Set.of("metadata", "spec");
    private static final Set<String> METADATA = Set.of("labels", "annotations");
    private static final Set<String> SPEC = Set.of(
            "affinity",
            "containers",
            "dnsConfig",
            "dnsPolicy",
            "hostAliases",
            "imagePullSecrets",
            "runtimeClassName",
            "schedulerName",
            "topologySpreadConstraints",
            "volumes");
    private static final Set<String> WORKER = Set.of("name", "env", "volumeMounts");
    private static final Set<String> SIDECAR = Set.of(
            "name",
            "image",
            "imagePullPolicy",
            "command",
            "args",
            "workingDir",
            "env",
            "resources",
            "securityContext",
            "volumeMounts");
    private static final Set<String> SECURITY = Set.of("runAsUser", "runAsGroup", "readOnlyRootFilesystem");
    private static final Set<String> VOLUME = Set.of("name", "emptyDir", "configMap", "secret");

    private static final String NODE = "a worker shares nothing with its node, and does not choose it";
    private static final String ACCOUNT = "a worker has no account and no token";
    private static final String RESTRICTED = "pods of workers fit the pod security standard restricted, and stay so";

    /** Where to say it instead, or why nowhere. */
    private static final Map<String, String> INSTEAD = Map.ofEntries(
            Map.entry("spec.containers[worker].image", "say it in spec.worker.image"),
            Map.entry("spec.containers[worker].imagePullPolicy", "say it in spec.worker.imagePullPolicy"),
            Map.entry("spec.containers[worker].resources", "say it in spec.worker.resources"),
            Map.entry("spec.containers[worker].securityContext", RESTRICTED),
            Map.entry("spec.nodeSelector", "say it in spec.worker.scheduling.nodeSelector"),
            Map.entry("spec.tolerations", "say it in spec.worker.scheduling.tolerations"),
            Map.entry("spec.priorityClassName", "say it in spec.worker.scheduling.priorityClassName"),
            Map.entry("spec.terminationGracePeriodSeconds", "say it in spec.limits.drainSeconds"),
            Map.entry(
                    "spec.initContainers", "a caller waits for no other program; a sidecar goes into spec.containers"),
            Map.entry("spec.securityContext", RESTRICTED),
            Map.entry("spec.serviceAccountName", ACCOUNT),
            Map.entry("spec.serviceAccount", ACCOUNT),
            Map.entry("spec.automountServiceAccountToken", ACCOUNT),
            Map.entry("spec.hostNetwork", NODE + "; networkMode HostPort takes its ports"),
            Map.entry("spec.hostPID", NODE),
            Map.entry("spec.hostIPC", NODE),
            Map.entry("spec.nodeName", NODE));

    private static final Pattern OUR_KEY = Pattern.compile(
            "(.*\\.)?(aicc\\.io|k8s\\.io)/.*|(?!app\\.)(.*\\.)?kubernetes\\.io/.*|app\\.kubernetes\\.io/name");
    private static final Pattern OUR_VARIABLE = Pattern.compile("(AICC|POD|STT|LEGACY)_.*");
    private static final Pattern OUR_VOLUME = Pattern.compile("outbox|tmp|speech|key-\\d+");

    private final List<String> problems = new ArrayList<>();
    private final Set<String> volumes = new HashSet<>();

    private TemplateRules() {}

    /** Each thing that this template must not say, with its place, and why or where it is said instead. */
    static List<String> problems(JsonNode template) {
        TemplateRules rules = new TemplateRules();
        rules.only(template, "", TEMPLATE);
        rules.metadata(template.path("metadata"));
        rules.spec(template.path("spec"));
        return rules.problems;
    }

    private void metadata(JsonNode metadata) {
        only(metadata, "metadata.", METADATA);
        for (String kind : List.of("labels", "annotations")) {
            metadata.path(kind)
                    .fieldNames()
                    .forEachRemaining(key -> refuseIf(
                            OUR_KEY.matcher(key).matches(),
                            "metadata." + kind + "[" + key + "]",
                            "keys of aicc.io and of Kubernetes are not for a template"));
        }
    }

    private void spec(JsonNode spec) {
        only(spec, "spec.", SPEC);
        for (JsonNode volume : spec.path("volumes")) {
            String name = volume.path("name").asText();
            String path = "spec.volumes[" + name + "]";
            only(volume, path + ".", VOLUME);
            refuseIf(name.isEmpty(), path, "it has no name");
            refuseIf(OUR_VOLUME.matcher(name).matches(), path, "the worker has a volume of that name");
            volumes.add(name);
        }
        for (JsonNode container : spec.path("containers")) {
            String name = container.path("name").asText();
            String path = "spec.containers[" + name + "]";
            refuseIf(name.isEmpty(), path, "it has no name");
            if (name.equals(WorkerPodFactory.CONTAINER)) {
                worker(container, path);
            } else {
                sidecar(container, path);
            }
            container.path("env").forEach(variable -> textual(variable, path));
            container.path("volumeMounts").forEach(mount -> ofTheTemplate(mount, path));
        }
    }

    private void worker(JsonNode container, String path) {
        only(container, path + ".", WORKER);
        for (JsonNode variable : container.path("env")) {
            String name = variable.path("name").asText();
            refuseIf(
                    OUR_VARIABLE.matcher(name).matches(),
                    path + ".env[" + name + "]",
                    name.startsWith("POD_") ? "the operator says it" : "say it in spec.worker.settings");
        }
    }

    private void sidecar(JsonNode container, String path) {
        only(container, path + ".", SIDECAR);
        JsonNode security = container.path("securityContext");
        only(security, path + ".securityContext.", SECURITY);
        refuseIf(security.path("runAsUser").asLong(1) <= 0, path + ".securityContext.runAsUser", RESTRICTED);
    }

    /** The API server takes nothing else, though what reads templates here does. */
    private void textual(JsonNode variable, String path) {
        JsonNode value = variable.path("value");
        refuseIf(
                !value.isMissingNode() && !value.isTextual(),
                path + ".env[" + variable.path("name").asText() + "]",
                "its value is no text, put it in quotes");
    }

    private void ofTheTemplate(JsonNode mount, String path) {
        String name = mount.path("name").asText();
        refuseIf(
                !volumes.contains(name),
                path + ".volumeMounts[" + name + "]",
                "the template has no volume of that name, and those of the worker are its own");
    }

    private void only(JsonNode object, String path, Set<String> allowed) {
        object.properties().forEach(said -> {
            String place = path + said.getKey();
            refuseIf(said.getValue().isNull(), place, "it says nothing");
            refuseIf(
                    !allowed.contains(said.getKey()),
                    place,
                    INSTEAD.getOrDefault(
                            place, "a template may say here " + String.join(", ", new TreeSet<>(allowed))));
        });
    }

    private void refuseIf(boolean wrong, String place, String why) {
        if (wrong) {
            problems.add(place + ": " + why);
        }
    }
}
