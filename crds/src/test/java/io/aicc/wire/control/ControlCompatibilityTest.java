package io.aicc.wire.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.wire.WireJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Operator N speaks to workers N−1 and N+1. {@code released/} holds messages of the release before this one, each of them full and
 * as short as it may be, replaced at a release; {@code newer/} the same with what the next one may add. So a property that is
 * added is {@code @Nullable}, no number of its own: who does not know it does not send it.
 */
class ControlCompatibilityTest {
    @ParameterizedTest
    @ValueSource(
            classes = {CallAssignment.class, EndOrder.class, WorkerReport.class, Acknowledgement.class, Refusal.class})
    void whatTheReleaseBeforeSentIsReadAndMeansTheSame(Class<?> type) throws Exception {
        assertThat(lines("released", type)).isNotEmpty().allSatisfy(line -> assertThat(readAndWritten(line, type))
                .isEqualTo(tree(line)));
    }

    @ParameterizedTest
    @ValueSource(
            classes = {CallAssignment.class, EndOrder.class, WorkerReport.class, Acknowledgement.class, Refusal.class})
    void whatTheNextReleaseMayAddIsPassedOver(Class<?> type) throws Exception {
        List<JsonNode> known = lines("newer", type).stream()
                .map(line -> readAndWritten(line, type))
                .toList();

        assertThat(known)
                .isEqualTo(lines("released", type).stream()
                        .map(ControlCompatibilityTest::tree)
                        .toList());
    }

    @Test
    void aHappeningThatOnlyTheNextReleaseKnowsDoesNotKeepAWorkerFromItsCall() throws Exception {
        String assignment = lines("released", CallAssignment.class).getFirst().replace("\"Hold\"", "\"Whisper\"");

        List<CallEvent> events = WireJson.read(assignment, CallAssignment.class).callEvents();

        assertThat(events).extracting(CallEvent::type).containsExactly(null, CallEvent.Type.ParticipantChanged);
    }

    private static List<String> lines(String release, Class<?> type) throws IOException {
        String file = release + "/" + type.getSimpleName() + ".jsonl";
        try (InputStream in = Objects.requireNonNull(ControlCompatibilityTest.class.getResourceAsStream(file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static JsonNode readAndWritten(String line, Class<?> type) {
        try {
            return tree(WireJson.mapper().writeValueAsString(WireJson.read(line, type)));
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    private static JsonNode tree(String line) {
        try {
            return WireJson.mapper().readTree(line);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }
}
