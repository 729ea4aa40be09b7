package io.aicc.crd;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.generator.annotation.Max;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands ready. Written by the operator, and only when it changed. */
@JsonClassDescription("What stands ready now.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WorkerPoolStatus(
        @Max(Bounded.MOST)
        @JsonDeserialize(using = Bounded.class)
        @JsonPropertyDescription("Idle workers that can take a call now.")
        @StatusReplicas
        @Nullable
        Integer warm,

        @Max(Bounded.MOST)
        @JsonDeserialize(using = Bounded.class)
        @JsonPropertyDescription("Workers on their way to being ready.")
        @Nullable
        Integer starting,

        @Max(Bounded.MOST)
        @JsonDeserialize(using = Bounded.class)
        @JsonPropertyDescription("Workers that serve a call.")
        @Nullable
        Integer busy,

        @JsonPropertyDescription("Port pairs by state, each counted for every node that may have it.") @Nullable
        PortCounts ports,

        @JsonPropertyDescription("Selects the pool's pods, for the scale subresource.") @LabelSelector @Nullable
        String selector,

        @JsonPropertyDescription("The spec generation that this status speaks of.") @Nullable
        Long observedGeneration,

        @JsonPropertyDescription(
                "The spec that workers are made from: the present one, or the one before it while the API server takes no pod of that.")
        @Nullable
        Map<String, Object> applied,

        @JsonPropertyDescription("Ready says whether the warm buffer is full, and if not, why.") @Nullable
        List<Condition> conditions) {

    /** The field for the spec that workers are made from. */
    public static final String APPLIED = "applied";

    /**
     * Port pairs by state; the three add up to the pairs of the range, times spec.ports.nodes, and those that are held or at
     * rest from before the range was changed.
     */
    public record PortCounts(
            @Max(Bounded.MOST)
            @JsonDeserialize(using = Bounded.class)
            @JsonPropertyDescription("Pairs that can be leased.")
            int free,

            @Max(Bounded.MOST) @JsonDeserialize(using = Bounded.class) @JsonPropertyDescription("Pairs held by a pod.")
            int leased,

            @Max(Bounded.MOST)
            @JsonDeserialize(using = Bounded.class)
            @JsonPropertyDescription("Pairs at rest after a call.")
            int quarantined) {}
}
