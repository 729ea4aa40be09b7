package io.aicc.operator.pool;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps a pod off nodes by name, whatever else is said of where it may run. Pure. */
final class OtherNodes {
    private OtherNodes() {}

    /**
     * The affinity that was said, but for these nodes.
     *
     * @param taken names of nodes; a requirement by field takes exactly one
     */
    static @Nullable Affinity than(List<String> taken, @Nullable Affinity said) {
        if (taken.isEmpty()) {
            return said;
        }
        List<NodeSelectorRequirement> off = taken.stream()
                .map(node -> new NodeSelectorRequirement("metadata.name", "NotIn", List.of(node)))
                .toList();
        List<NodeSelectorTerm> terms = Optional.ofNullable(said)
                .map(Affinity::getNodeAffinity)
                .map(NodeAffinity::getRequiredDuringSchedulingIgnoredDuringExecution)
                .map(NodeSelector::getNodeSelectorTerms)
                .map(each -> each.stream().map(term -> and(term, off)).toList())
                .orElseGet(() -> List.of(new NodeSelectorTerm(List.of(), off)));
        return new AffinityBuilder(Objects.requireNonNullElseGet(said, Affinity::new))
                .editOrNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .withNodeSelectorTerms(terms)
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .build();
    }

    /** A node has to fit one of the terms, and all that this one says; a term that says nothing fits none. */
    private static NodeSelectorTerm and(NodeSelectorTerm term, List<NodeSelectorRequirement> off) {
        boolean fitsNone =
                term.getMatchExpressions().isEmpty() && term.getMatchFields().isEmpty();
        return fitsNone
                ? term
                : new NodeSelectorTermBuilder(term).addAllToMatchFields(off).build();
    }
}
