package io.aicc.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * The one JSON dialect of everything that we put on a wire ourselves: snake_case names, absent instead of null, unknown
 * properties ignored (versions N−1 and N+1 talk to each other), and hard limits on what a peer may make us read.
 */
public final class WireJson {
    /** Longest message that is read, in characters; the largest real one, a final with word times, is below 20,000. */
    public static final int MAX_MESSAGE_CHARS = 256 * 1024;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(MAX_MESSAGE_CHARS)
                            .maxNestingDepth(16)
                            .maxNumberLength(32)
                            .maxStringLength(64 * 1024)
                            .build())
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private WireJson() {}

    /** The mapper; thread-safe, not to be reconfigured. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /**
     * Reads a whole message.
     *
     * @throws JsonProcessingException when it is none of that type; {@code null} is none of any
     */
    public static <T> T read(String json, Class<T> type) throws JsonProcessingException {
        T message = MAPPER.readValue(json, type);
        if (message == null) {
            throw MismatchedInputException.from((JsonParser) null, type, "expected an object, got null");
        }
        return message;
    }
}
