package io.aicc.crd;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many workers stand ready, on which ports, and what they run. Changes reach new workers; calls finish as they began. */
@JsonClassDescription(
        "How many workers stand ready, on which ports, and what they run. Changes reach new workers; calls finish as they began.")
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
        value =
                "!has(self.ports) || !has(self.ports.nodes) || self.ports.nodes == 1 || has(self.networkMode) && self.networkMode == 'HostPort'",
        message = "spec.ports.nodes above 1 needs spec.networkMode HostPort: the ports of a pod are its own")
public record WorkerPoolSpec(
        @Default("{}") @JsonPropertyDescription("How many idle workers are kept ready.") @Nullable
        Warm warm,

        @Default("100")
        @Min(1)
        @Max(5000)
        @JsonPropertyDescription("Most workers at once, warm and busy together.")
        @Nullable
        Integer maxWorkers,

        @Default("{}")
        @JsonPropertyDescription(
                "UDP ports that are leased in pairs: even for the customer, the odd one after it for the agent.")
        @Nullable
        Ports ports,

        @Default("PodIP")
        @JsonPropertyDescription(
                "PodIP: RTP goes straight to the pod. HostPort: for a PBX that cannot route to pods; the ports are then the node's too (spec.ports.nodes), so pools that share nodes need ranges of their own.")
        @Nullable
        NetworkMode networkMode,

        @Required @JsonPropertyDescription("What a worker pod runs.")
        Worker worker,

        @Default("{}") @JsonPropertyDescription("Which recogniser turns speech into text.") @Nullable
        Speech speech,

        @Required
        @Size(min = 1, max = 8)
        @JsonPropertyDescription("Receivers of the transcript; each gets every event and none waits for another.")
        List<Output> outputs,

        @JsonPropertyDescription(
                "What the certificates of wss:// receivers must descend from; without it, public authorities.")
        @Nullable
        OutputCa outputCa,

        @JsonPropertyDescription(
                "Networks (CIDR) that RTP may come from. Empty: only a call's own mediaSources are heard.")
        @Size(max = 32)
        @Nullable
        List<@Pattern("^[0-9A-Fa-f:.]+/[0-9]{1,3}$") String> allowedRtpSources,

        @Default("{}") @JsonPropertyDescription("How long things may take.") @Nullable
        Limits limits) {

    /** Where RTP is received. */
    public enum NetworkMode {
        PodIP,
        HostPort
    }

    /** Size of the warm buffer: {@code min}, or {@code percent} of the busy workers if that is more, but never above {@code max}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "!has(self.min) || !has(self.max) || self.min <= self.max",
            message = "spec.warm.min must not be greater than spec.warm.max")
    public record Warm(
            @Default("2")
            @Min(0)
            @Max(1000)
            @SpecReplicas
            @JsonPropertyDescription("Idle workers kept ready at least.")
            @Nullable
            Integer min,

            @Default("50") @Min(0) @Max(1000) @JsonPropertyDescription("Idle workers kept ready at most.") @Nullable
            Integer max,

            @Default("20")
            @Min(0)
            @Max(100)
            @JsonPropertyDescription("Idle workers as a share of the busy ones, percent.")
            @Nullable
            Integer percent) {}

    /** A range of UDP ports, whole pairs only. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "!has(self.from) || self.from % 2 == 0",
            message = "spec.ports.from must be even: pairs start with the customer's port")
    @ValidationRule(
            value = "!has(self.to) || self.to % 2 == 1",
            message = "spec.ports.to must be odd: pairs end with the agent's port")
    @ValidationRule(
            value = "!has(self.from) || !has(self.to) || self.from < self.to",
            message = "spec.ports.from must be less than spec.ports.to")
    public record Ports(
            @Default("20000")
            @Min(20000)
            @Max(29998)
            @JsonPropertyDescription("First port, even, at least 20000.")
            @Nullable
            Integer from,

            @Default("29999")
            @Min(20001)
            @Max(29999)
            @JsonPropertyDescription("Last port, odd, at most 29999.")
            @Nullable
            Integer to,

            @Default("1")
            @Min(1)
            @Max(1000)
            @JsonPropertyDescription(
                    "With networkMode HostPort: on how many nodes at a time a pair may be leased, once on each. At most as many as workers can run on, or pods are made that find no node.")
            @Nullable
            Integer nodes,

            @Default("2")
            @Min(0)
            @Max(300)
            @JsonPropertyDescription(
                    "How long a freed pair rests, so that late packets of one call never reach the next, seconds.")
            @Nullable
            Integer quarantineSeconds) {}

    /** The worker's container. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Worker(
            @Required @Size(min = 1, max = 512) @JsonPropertyDescription("Image of the call worker, best by digest.")
            String image,

            @JsonPropertyDescription("When the image is pulled: Always, IfNotPresent or Never.")
            @Pattern("^(Always|IfNotPresent|Never)$")
            @Nullable
            String imagePullPolicy,

            @JsonPropertyDescription("CPU and memory of one worker.") @Nullable
            ResourceRequirements resources,

            @JsonPropertyDescription("Further AICC_* settings of the worker, as in docs/config.md.")
            @Size(max = 64)
            @Nullable
            List<Setting> settings,

            @JsonPropertyDescription("Which nodes workers run on, and what makes room for them.") @Nullable
            Scheduling scheduling,

            @JsonPropertyDescription(
                    "What is laid over the workers' pods, in the form of a pod template: labels, annotations, sidecars with their volumes, and some of how a pod is scheduled and resolves names (helm/README.md). What it must not say is told by the condition Ready, and the pool goes on as it was.")
            @Nullable
            Map<String, Object> podTemplate) {}

    /** What the scheduler is told of a worker, beside that workers of a pool are best spread over nodes and zones. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Scheduling(
            @Size(max = 253)
            @Pattern("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")
            @JsonPropertyDescription("PriorityClass; pods of a lower one make room when nodes are full.")
            @Nullable
            String priorityClassName,

            @JsonPropertyDescription("Labels that a node must have.") @Nullable
            Map<String, String> nodeSelector,

            @Size(max = 16)
            @JsonPropertyDescription(
                    "Taints of nodes that do not keep workers away. Those of a lost node, node.kubernetes.io/not-ready and unreachable, are borne for 30 s unless they are named here.")
            @Nullable
            List<Toleration> tolerations,

            @Default("false")
            @JsonPropertyDescription(
                    "Whether a worker's pod is marked when it gets its call, by one more write: for a PodDisruptionBudget of live calls, and for the cluster autoscaler.")
            @Nullable
            Boolean markLiveCalls) {}

    /** A taint that does not matter. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Toleration(
            @Size(max = 316)
            @JsonPropertyDescription("Key of the taint; without it, operator must be Exists, and every taint is meant.")
            @Nullable
            String key,

            @Pattern("^(Exists|Equal)$")
            @JsonPropertyDescription("Exists, or Equal (what it is unless told otherwise): the value must be the same.")
            @Nullable
            String operator,

            @Size(max = 63) @JsonPropertyDescription("Value of the taint.") @Nullable
            String value,

            @Pattern("^(NoSchedule|PreferNoSchedule|NoExecute)$")
            @JsonPropertyDescription("NoSchedule, PreferNoSchedule or NoExecute; without it, all of them.")
            @Nullable
            String effect) {}

    /** A setting of the worker program. */
    public record Setting(
            @Required @Pattern("^(AICC_[A-Z0-9_]+|STT_MODE)$") @JsonPropertyDescription("Name of the setting, AICC_….")
            String name,

            @Required @Size(max = 4096) @JsonPropertyDescription("Its value.")
            String value) {}

    /** Speech to text. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Speech(
            @Default("sphinx")
            @Size(max = 32)
            @Pattern("^[a-z][a-z0-9-]*$")
            @JsonPropertyDescription("Name of the engine; sphinx is built in and works offline (English).")
            @Nullable
            String engine,

            @Size(max = 253)
            @Pattern("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")
            @JsonPropertyDescription(
                    "Secret in the same namespace whose key credentials.json is a Google service account's; without it, google takes what the node or the workload identity offers.")
            @Nullable
            String credentialsSecret) {}

    /** A receiver of transcripts. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Output(
            @Required
            @Size(max = Output.NAME_MOST)
            @Pattern(Output.NAME)
            @JsonPropertyDescription("Short name, used in metrics and logs.")
            String name,

            @Required
            @Size(max = 2048)
            @Pattern("^wss?://[^\\x00-\\x20\\x7f]+$")
            @JsonPropertyDescription("WebSocket address, ws:// or wss://.")
            String url,

            @Required
            @Size(max = 128)
            @Pattern("^[A-Za-z0-9._-]+$")
            @JsonPropertyDescription("The client_id that the JWT carries.")
            String clientId,

            @Required
            @Size(max = 253)
            @Pattern("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")
            @JsonPropertyDescription(
                    "Secret in the same namespace whose key jwt-key signs the JWT: at least 32 bytes (HS256), or a private key as PEM (RS256, ES256, EdDSA).")
            String secretRef,

            @Size(min = 1, max = 16)
            @JsonPropertyDescription("The permissions that the JWT carries. Default: send_transcripts alone.")
            @Nullable
            List<@Pattern("^[A-Za-z0-9._:-]{1,64}$") String> permissions) {
        /** What a name looks like; the worker reads it so too. */
        public static final String NAME = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$";

        /** Characters that a name may have. */
        public static final int NAME_MOST = 63;

        /** With the usual permissions. */
        public Output(String name, String url, String clientId, String secretRef) {
            this(name, url, clientId, secretRef, null);
        }
    }

    /** Certificates (PEM) under the key {@code ca.crt} of one of the two. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "has(self.configMap) != has(self.secret)",
            message = "spec.outputCa must name a configMap or a secret, one of the two")
    public record OutputCa(
            @Size(max = 253)
            @Pattern("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")
            @JsonPropertyDescription("ConfigMap in the same namespace whose key ca.crt has the certificates, PEM.")
            @Nullable
            String configMap,

            @Size(max = 253)
            @Pattern("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")
            @JsonPropertyDescription("Secret in the same namespace whose key ca.crt has the certificates, PEM.")
            @Nullable
            String secret) {}

    /** Time limits. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Limits(
            @Default("30")
            @Min(1)
            @Max(3600)
            @JsonPropertyDescription("A call that has no worker by then fails, seconds after requestedAt.")
            @Nullable
            Integer readySeconds,

            @Default("30")
            @Min(1)
            @Max(600)
            @JsonPropertyDescription(
                    "How long the last words may take to reach their receivers after hang-up, seconds. Ports are free long before.")
            @Nullable
            Integer drainSeconds,

            @Default("3600")
            @Min(60)
            @Max(86400)
            @JsonPropertyDescription("A call without audio for so long is ended, seconds.")
            @Nullable
            Integer sessionTtlSeconds,

            @Default("3600")
            @Min(0)
            @Max(604800)
            @JsonPropertyDescription("How long the record of an ended call is kept, seconds.")
            @Nullable
            Integer keepEndedSeconds) {}
}
