package io.aicc.demo.pod;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The environment that a pod's specification asks for, in the words of this machine. */
final class PodEnvironment {
    private PodEnvironment() {}

    /** @throws MissingReference when a secret, config map or key is not there (yet) */
    static Map<String, String> of(
            Pod pod, Container container, String podIp, PodVolumes volumes, References references) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (EnvVar variable : container.getEnv()) {
            EnvVarSource source = variable.getValueFrom();
            String value = source == null
                    ? volumes.localise(Objects.requireNonNullElse(variable.getValue(), ""))
                    : resolve(source, pod, podIp, references);
            if (value != null) {
                environment.put(variable.getName(), value);
            }
        }
        return environment;
    }

    private static @Nullable String resolve(EnvVarSource source, Pod pod, String podIp, References references) {
        if (source.getFieldRef() != null) {
            return field(source.getFieldRef().getFieldPath(), pod, podIp);
        }
        if (source.getSecretKeyRef() != null) {
            var key = source.getSecretKeyRef();
            return entry(references.secret(key.getName()), key.getKey(), Boolean.TRUE.equals(key.getOptional()));
        }
        if (source.getConfigMapKeyRef() != null) {
            var key = source.getConfigMapKeyRef();
            return entry(references.configMap(key.getName()), key.getKey(), Boolean.TRUE.equals(key.getOptional()));
        }
        throw new IllegalArgumentException("environment from a source that local pods do not have: " + source);
    }

    private static String field(String path, Pod pod, String podIp) {
        return switch (path) {
            case "metadata.name" -> pod.getMetadata().getName();
            case "metadata.namespace" -> pod.getMetadata().getNamespace();
            case "metadata.uid" -> pod.getMetadata().getUid();
            case "spec.nodeName" -> LocalKubelet.NODE;
            case "status.podIP" -> podIp;
            case "status.hostIP" -> LocalKubelet.HOST_IP;
            default -> throw new IllegalArgumentException("field that local pods do not have: " + path);
        };
    }

    private static @Nullable String entry(Map<String, byte[]> entries, String key, boolean optional) {
        byte[] value = entries.get(key);
        if (value == null && !optional) {
            throw new MissingReference("no key " + key);
        }
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }
}
