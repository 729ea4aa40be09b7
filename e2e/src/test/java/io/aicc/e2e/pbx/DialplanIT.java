package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.aicc.demo.pbx.AsteriskProcess;
import io.aicc.demo.pbx.KnownPhones;
import io.aicc.demo.pbx.SipPhone;
import io.aicc.demo.pbx.SipPhone.Dial;
import io.aicc.demo.pbx.SipPhone.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sample dialplans, from SIP phone to SIP phone, with nobody listening: no controller, no cluster. The calls do not
 * notice, and say what a controller would have to know.
 */
class DialplanIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration RINGING = Duration.ofMillis(200);
    private static final Duration TALK = Duration.ofSeconds(2);

    /** The third dialplan says something first. */
    private static final Duration ANNOUNCEMENT = Duration.ofSeconds(4);

    @TempDir
    private static Path directory;

    private static AsteriskProcess asterisk;

    @BeforeAll
    static void start() throws Exception {
        String phones = KnownPhones.of(Map.of("1001", new Place(1), "1002", new Place(2), "1003", new Place(3)));
        asterisk = Asterisk.start(Map.of("pjsip.conf", phones, "queues.conf", "member => PJSIP/1002"));
    }

    @AfterAll
    static void stop() throws Exception {
        asterisk.close();
    }

    @Test
    void dialConnectsAndMarksTheCall() throws Exception {
        JsonNode marks = call(1, "1001", TALK);

        assertThat(marks.path("AICC_TRANSCRIBE").asText()).isEqualTo("yes");
        assertThat(marks.path("AICC_LANGUAGE").asText()).isEqualTo("en-US");
        assertThat(marks.path("AICC_AGENT").asText()).as("left to the endpoint").isEmpty();
    }

    @Test
    void queueConnectsAndMarksTheCall() throws Exception {
        JsonNode marks = call(2, "2000", TALK);

        assertThat(marks.path("AICC_TRANSCRIBE").asText()).isEqualTo("yes");
        assertThat(marks.path("AICC_LANGUAGE").asText()).isEqualTo("ko-KR");
    }

    @Test
    void stasisWithoutAnApplicationFallsThroughToDial() throws Exception {
        JsonNode marks = call(3, "3003", ANNOUNCEMENT.plus(TALK));

        assertThat(marks.path("AICC_AGENT").asText()).isEqualTo("1003");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(asterisk.directory().resolve("log/messages.log"))
                        .content()
                        .contains("no controller: this call is not transcribed"));
    }

    /** Calls from phone to phone; what the customer's channel says of itself while both talk. */
    private static JsonNode call(int number, String dialled, Duration answered) throws Exception {
        Path files = directory.resolve(dialled);
        byte[] track = new byte[Math.toIntExact(answered.toMillis() * 8)];
        Arrays.fill(track, (byte) 0xFF);
        String from = "1555010" + number;
        try (Ari ari = new Ari(asterisk);
                SipPhone agent = SipPhone.agent(new Place(number), files.resolve("agent"), track, RINGING);
                SipPhone customer = SipPhone.customer(
                        new Place(number), files.resolve("customer"), track, new Dial(asterisk.sip(), from, dialled))) {
            JsonNode channel = await().atMost(LIMIT).until(() -> bridged(ari, from), found -> !found.isMissingNode());
            agent.await(LIMIT);
            customer.await(LIMIT);
            return channel.path("channelvars");
        }
    }

    /** The customer's channel once it is in a bridge with somebody; missing before. */
    private static JsonNode bridged(Ari ari, String from) throws Exception {
        Set<String> talking = new HashSet<>();
        for (JsonNode bridge : ari.get("bridges")) {
            if (bridge.path("channels").size() == 2) {
                bridge.path("channels").forEach(id -> talking.add(id.asText()));
            }
        }
        for (JsonNode channel : ari.get("channels")) {
            boolean customers = channel.path("caller").path("number").asText().equals(from)
                    && channel.path("name").asText().startsWith("PJSIP/trunk-");
            if (customers && talking.contains(channel.path("id").asText())) {
                return channel;
            }
        }
        return MissingNode.getInstance();
    }
}
