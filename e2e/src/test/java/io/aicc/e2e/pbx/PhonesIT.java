package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.crd.CallSession;
import io.aicc.crd.CallSessionSpec.CallEvent;
import io.aicc.crd.CallSessionSpec.CallEvent.Type;
import io.aicc.demo.pbx.KnownPhones;
import io.aicc.demo.pbx.SipPhone;
import io.aicc.demo.pbx.SipPhone.Dial;
import io.aicc.demo.pbx.SipPhone.Place;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import io.aicc.wire.event.Channel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What only real phones do: hold, come back, fall silent, transfer by themselves. The sessions are on a real API server. */
@ExtendWith(RealApiServerExtension.class)
class PhonesIT {
    private static final int SECONDS = 8;
    private static final int PACKETS_A_SECOND = 50;

    private static final Place WHO_HOLDS = new Place(20);
    private static final Place COLLEAGUE = new Place(21);
    private static final Place WHO_HANDS_OVER = new Place(22);

    private static PbxRig rig;

    @TempDir
    private Path folder = Path.of("");

    @BeforeAll
    static void start(RealApiServer server) throws Exception {
        rig = new PbxRig(
                PbxRig.Cluster.real(server),
                Map.of(
                        "pjsip.conf",
                        KnownPhones.of(Map.of("1001", WHO_HOLDS, "1002", COLLEAGUE, "1003", WHO_HANDS_OVER))));
        rig.startController(Map.of()).awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        rig.close();
    }

    @Test
    void holdAndReturnAreToldAndSilenceIsNoEnd() throws Exception {
        Process agent = phone("agent-who-holds.xml", WHO_HOLDS.agentContact());
        try (SipPhone customer = calls("155501020", "1001", SECONDS, WHO_HOLDS)) {
            String name = rig.onlySession();
            CallSession back =
                    rig.session(name, session -> PbxRig.events(session).size() == 2);
            assertThat(PbxRig.events(back))
                    .extracting(CallEvent::type, CallEvent::channel)
                    .containsExactly(Tuple.tuple(Type.Hold, Channel.AGENT), Tuple.tuple(Type.Unhold, Channel.AGENT));
            assertThat(back.getSpec().agentId()).isEqualTo("1001");
            assertThat(back.getSpec().customerNumber()).isEqualTo("155501020");
            Ear ear = rig.workers().of(name).agent();
            int then = ear.spoken();
            customer.await(PbxRig.LIMIT);
            assertThat(ear.spoken() - then)
                    .as("a second of silence, then the agent is heard again")
                    .isGreaterThan(PACKETS_A_SECOND);
            CallSession ended = rig.ended(name);
            assertThat(PbxRig.reason(ended)).isEqualTo("CustomerHangup");
            assertThat(PbxRig.events(ended)).as("silence is no event").hasSize(2);
            nothingIsLeft();
        } finally {
            agent.destroyForcibly();
        }
    }

    @Test
    void aTransferThatThePhoneItselfMakesStaysTheSameSession() throws Exception {
        Process agent = phone("agent-who-hands-over.xml", WHO_HANDS_OVER.agentContact());
        try (SipPhone colleague =
                        SipPhone.agent(COLLEAGUE, folder.resolve("colleague"), tone(SECONDS), Duration.ofMillis(200));
                SipPhone customer = calls("155501022", "1003", 5, WHO_HANDS_OVER)) {
            String name = rig.onlySession();
            CallSession handedOver =
                    rig.session(name, session -> PbxRig.events(session).size() == 3);
            assertThat(PbxRig.events(handedOver))
                    .extracting(CallEvent::type, CallEvent::channel, CallEvent::participantId)
                    .as("end of hold and change are one moment")
                    .containsExactlyInAnyOrder(
                            Tuple.tuple(Type.Hold, Channel.AGENT, null),
                            Tuple.tuple(Type.Unhold, Channel.AGENT, null),
                            Tuple.tuple(Type.ParticipantChanged, Channel.AGENT, "1002"));
            await().atMost(PbxRig.LIMIT).until(() -> rig.channel("PJSIP/1003").isEmpty());
            Ear ear = rig.workers().of(name).agent();
            int then = ear.spoken();
            customer.await(PbxRig.LIMIT);
            assertThat(ear.spoken() - then).as("the colleague is heard").isGreaterThan(PACKETS_A_SECOND);
            colleague.await(PbxRig.LIMIT);
            assertThat(PbxRig.reason(rig.ended(name))).isEqualTo("CustomerHangup");
            assertThat(rig.live()).as("of the question to the colleague").isEmpty();
            nothingIsLeft();
        } finally {
            agent.destroyForcibly();
        }
    }

    private SipPhone calls(String from, String to, int seconds, Place place) throws IOException {
        return SipPhone.customer(
                place,
                folder.resolve("customer"),
                tone(seconds),
                new Dial(rig.asterisk().sip(), from, to));
    }

    private static void nothingIsLeft() {
        await().atMost(PbxRig.LIMIT)
                .untilAsserted(() -> assertThat(rig.everything()).isEmpty());
    }

    private Process phone(String scenario, String contact) throws IOException {
        Path directory = Files.createDirectories(folder.resolve("agent"));
        Path track = Files.write(directory.resolve("track.ulaw"), tone(SECONDS));
        try (InputStream in = Objects.requireNonNull(PhonesIT.class.getResourceAsStream(scenario), scenario)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Files.writeString(directory.resolve("scenario.xml"), text.replace("@TRACK@", track.toString()));
        }
        String address = contact.substring(0, contact.indexOf(':'));
        String port = contact.substring(contact.indexOf(':') + 1);
        return new ProcessBuilder(List.of(
                        "sipp",
                        "-sf",
                        "scenario.xml",
                        "-m",
                        "1",
                        "-nostdin",
                        "-timeout",
                        "60",
                        "-i",
                        address,
                        "-p",
                        port,
                        "-mi",
                        address,
                        "-mp",
                        "7000"))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output.log").toFile())
                .start();
    }

    /** A loud square wave of 1 kHz, µ-law. */
    static byte[] tone(int seconds) {
        byte[] samples = new byte[seconds * 8_000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) (i % 8 < 4 ? 0x10 : 0x90);
        }
        return samples;
    }
}
