package io.aicc.operator.pool;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.crd.WorkerPoolSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One receiver, as the worker reads it from {@code AICC_OUTPUTS}.
 *
 * @param permissions of its tokens; null: the worker's default, and no word of them in the pod
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record OutputSetting(
        String name,
        String url,
        String clientId,
        String keyFile,
        @Nullable List<String> permissions) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** All of a pool's, as JSON; each one's key is a file in a directory of its name. */
    static String json(WorkerPoolSpec spec, String directory, String key) {
        List<OutputSetting> outputs = spec.outputs().stream()
                .map(output -> new OutputSetting(
                        output.name(),
                        output.url(),
                        output.clientId(),
                        directory + output.name() + "/" + key,
                        output.permissions()))
                .toList();
        try {
            return JSON.writeValueAsString(outputs);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings always make JSON", e);
        }
    }
}
