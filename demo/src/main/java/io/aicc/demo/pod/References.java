package io.aicc.demo.pod;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** What the pods of one namespace may refer to. */
record References(KubernetesClient client, String namespace) {

    /** @throws MissingReference when there is none of that name */
    Map<String, byte[]> secret(String name) {
        var secret = client.secrets().inNamespace(namespace).withName(name).get();
        if (secret == null) {
            throw new MissingReference("secret \"%s\" not found".formatted(name));
        }
        Map<String, byte[]> entries = new HashMap<>();
        secret.getData()
                .forEach((key, value) -> entries.put(key, Base64.getDecoder().decode(value)));
        return entries;
    }

    /** @throws MissingReference when there is none of that name */
    Map<String, byte[]> configMap(String name) {
        var map = client.configMaps().inNamespace(namespace).withName(name).get();
        if (map == null) {
            throw new MissingReference("configmap \"%s\" not found".formatted(name));
        }
        Map<String, byte[]> entries = new HashMap<>();
        map.getData().forEach((key, value) -> entries.put(key, value.getBytes(StandardCharsets.UTF_8)));
        map.getBinaryData()
                .forEach((key, value) -> entries.put(key, Base64.getDecoder().decode(value)));
        return entries;
    }
}
