package io.aicc.demo.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Answers "may I?": whoever has the token may do everything. Nothing is stored. */
final class Reviews {
    static final String GROUP = "authorization.k8s.io";
    static final String VERSION = "v1";
    static final Map<String, String> KINDS = Map.of(
            "selfsubjectaccessreviews", "SelfSubjectAccessReview",
            "selfsubjectrulesreviews", "SelfSubjectRulesReview");

    private Reviews() {}

    static Reply answer(String plural, ApiRequest request) {
        if (!KINDS.containsKey(plural)) {
            throw Failure.noSuchPath();
        }
        if (!"POST".equals(request.method()) || !(request.body() instanceof ObjectNode review)) {
            throw Failure.methodNotAllowed();
        }
        ObjectNode status = review.putObject("status");
        if ("selfsubjectaccessreviews".equals(plural)) {
            status.put("allowed", true).put("reason", "the bearer of the token may do everything");
        } else {
            ObjectNode everything = status.putArray("resourceRules").addObject();
            for (String field : new String[] {"verbs", "apiGroups", "resources"}) {
                everything.putArray(field).add("*");
            }
            status.putArray("nonResourceRules");
            status.put("incomplete", false);
        }
        return new Reply.Tree(201, review);
    }
}
