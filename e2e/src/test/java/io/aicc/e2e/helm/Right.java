package io.aicc.e2e.helm;

import io.aicc.e2e.kube.AuditLog.Asked;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import java.util.stream.Stream;

/**
 * One thing that a Role lets somebody do.
 *
 * @param resource with its subresource, if it has one, and its group
 */
record Right(String verb, String resource) {
    static Stream<Right> of(PolicyRule rule) {
        return rule.getApiGroups().stream()
                .flatMap(group -> rule.getResources().stream().flatMap(resource -> rule.getVerbs().stream()
                        .map(verb -> new Right(verb, qualified(resource, group)))));
    }

    /** The one that a request needs. */
    static Right of(Asked asked) {
        return new Right(asked.verb(), qualified(asked.resource(), asked.group()));
    }

    private static String qualified(String resource, String group) {
        return group.isEmpty() ? resource : resource + "." + group;
    }

    @Override
    public String toString() {
        return verb + " " + resource;
    }
}
