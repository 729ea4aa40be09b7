package io.aicc.e2e.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The API server's own record of what service accounts asked of it, and whether RBAC let them. */
public final class AuditLog {
    static final String POLICY_FILE = "audit-policy.yaml";
    static final String LOG_FILE = "audit.log";

    /** Service accounts only: tests themselves ask far more, as somebody else. */
    static final String POLICY = """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
              - level: Metadata
                userGroups: ["system:serviceaccounts"]
            """;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path file;

    AuditLog(Path file) {
        this.file = file;
    }

    /**
     * One request for a resource.
     *
     * @param group empty for the core
     * @param resource with its subresource, if it has one: {@code pods/status}
     */
    public record Asked(String verb, String group, String resource, boolean allowed) {}

    /** All requests of a user so far, in their order. */
    public List<Asked> asked(String user) {
        try {
            String log = Files.readString(file);
            return log.substring(0, log.lastIndexOf('\n') + 1) // The line after it is being written.
                    .lines()
                    .filter(line -> line.contains(user))
                    .map(AuditLog::event)
                    .filter(event -> event.at("/user/username").asText().equals(user) && event.has("objectRef"))
                    .map(AuditLog::asked)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode event(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Asked asked(JsonNode event) {
        JsonNode object = event.get("objectRef");
        String subresource = object.path("subresource").asText();
        return new Asked(
                event.path("verb").asText(),
                object.path("apiGroup").asText(),
                object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
                event.path("annotations")
                        .path("authorization.k8s.io/decision")
                        .asText()
                        .equals("allow"));
    }
}
