package io.aicc.operator.ari.link;

import static org.assertj.core.api.Assertions.assertThat;

import ch.loway.oss.ari4java.generated.ari_10_0_0.models.Message_impl_ari_10_0_0;
import ch.loway.oss.ari4java.generated.models.Message;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AriTranslationTest {
    private static final JsonMapper LENIENT = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    @ParameterizedTest
    @MethodSource("everyTypeOfAri")
    void thePbxIsAskedForTheTypesThatMeanSomethingToUsAndForNoOther(String type) throws Exception {
        assertThat(AriTranslation.of(message(type)).isEmpty()).isEqualTo(!AriTranslation.TYPES.contains(type));
    }

    private static Stream<String> everyTypeOfAri() {
        return Stream.of(Message_impl_ari_10_0_0.class
                        .getAnnotation(JsonSubTypes.class)
                        .value())
                .filter(subtype -> Message.class.isAssignableFrom(subtype.value()))
                .map(JsonSubTypes.Type::name);
    }

    /** As full as a message of any type can be. */
    private static Message message(String type) throws Exception {
        String channel = """
                {"id": "1.1", "name": "PJSIP/1-1", "state": "Up", "channelvars": {}}""";
        String bridge = """
                {"id": "b", "bridge_type": "mixing", "channels": ["1.1"]}""";
        return LENIENT.readValue("""
                {"type": "%1$s", "channel": %2$s, "caller": %2$s, "peer": %2$s, "transferer_first_leg": %2$s,
                 "replace_channel": %2$s, "bridge": %3$s, "bridge_from": %3$s}""".formatted(type, channel, bridge), Message_impl_ari_10_0_0.class);
    }
}
