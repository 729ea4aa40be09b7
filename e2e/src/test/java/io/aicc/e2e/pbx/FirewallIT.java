package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The nftables file as it is, loaded in a network namespace that stands for the PBX, and asked from another one. Nothing
 * listens there: what is let in is refused at once (a reset, an ICMP message), what is not is never answered.
 */
class FirewallIT {
    private static final String PBX = "aicc-pbx-" + ProcessHandle.current().pid();
    private static final String OUTSIDE =
            "aicc-outside-" + ProcessHandle.current().pid();

    /** The networks of aicc_networks.nft, and one that is in none of them. */
    enum From {
        PHONE("192.0.2"),
        CONTROLLER("198.51.100"),
        STRANGER("203.0.113");

        private final String network;

        From(String network) {
            this.network = network;
        }
    }

    enum Answer {
        LET_IN,
        DROPPED
    }

    @BeforeAll
    static void connect() {
        ip("netns", "add", PBX);
        ip("netns", "add", OUTSIDE);
        ip("-n", OUTSIDE, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", PBX);
        for (From from : From.values()) {
            ip("-n", OUTSIDE, "address", "add", from.network + ".1/24", "dev", "cable");
            ip("-n", PBX, "address", "add", from.network + ".2/24", "dev", "cable");
        }
        ip("-n", OUTSIDE, "link", "set", "cable", "up");
        ip("-n", PBX, "link", "set", "cable", "up");
        ip("-n", PBX, "link", "set", "lo", "up");
        load();
    }

    @AfterAll
    static void disconnect() {
        ip("netns", "delete", OUTSIDE);
        ip("netns", "delete", PBX);
    }

    @ParameterizedTest
    @CsvSource({
        "PHONE, 5060, LET_IN",
        "CONTROLLER, 5060, DROPPED",
        "STRANGER, 5060, DROPPED",
        "STRANGER, 5061, DROPPED",
        "CONTROLLER, 8089, LET_IN",
        "PHONE, 8089, DROPPED",
        "STRANGER, 8089, DROPPED",
        "PHONE, 8088, DROPPED",
        "CONTROLLER, 8088, DROPPED",
        "STRANGER, 22, LET_IN",
    })
    void connectionsAreForThoseWhomTheyConcern(From from, int port, Answer answer) {
        assertThat(ask(OUTSIDE, "tcp", from.network + ".2", port)).isEqualTo(answer);
    }

    @ParameterizedTest
    @CsvSource({
        "PHONE, 5060, LET_IN",
        "STRANGER, 5060, DROPPED",
        "PHONE, 10000, LET_IN",
        "PHONE, 19999, LET_IN",
        "CONTROLLER, 10000, DROPPED",
        "STRANGER, 10000, DROPPED",
        "STRANGER, 19999, DROPPED",
        "STRANGER, 20000, LET_IN",
    })
    void audioComesFromPhonesOnly(From from, int port, Answer answer) {
        assertThat(ask(OUTSIDE, "udp", from.network + ".2", port)).isEqualTo(answer);
    }

    @Test
    void refusalsAreCounted() {
        ask(OUTSIDE, "udp", From.STRANGER.network + ".2", 12_000);

        assertThat(inside(PBX, "nft", "list", "counter", "inet", "aicc", "refused_audio"))
                .doesNotContain("packets 0 ");
    }

    @Test
    void thisMachineReachesAriItself() {
        assertThat(ask(PBX, "tcp", "127.0.0.1", 8088)).isEqualTo(Answer.LET_IN);
    }

    @Test
    void loadingItAgainChangesNothing() {
        String before = inside(PBX, "nft", "-s", "list", "ruleset");

        load();

        assertThat(inside(PBX, "nft", "-s", "list", "ruleset")).isEqualTo(before);
    }

    private static void load() {
        Path folder = Asterisk.PROJECT.resolve("asterisk");
        // On a PBX it is /etc where includes are looked up.
        inside(
                PBX,
                "nft",
                "-I",
                folder.toString(),
                "-f",
                folder.resolve("nftables/aicc.nft").toString());
    }

    /** Says something and waits for an answer: of both kinds, bash tells only a refusal in words. */
    private static Answer ask(String namespace, String protocol, String address, int port) {
        String question = "exec 3<>/dev/%s/%s/%d; echo >&3; read -t 0.3 <&3".formatted(protocol, address, port);
        String said = Command.of("ip", "netns", "exec", namespace, "timeout", "0.6", "bash", "-c", question)
                .run()
                .errors();
        return said.contains("Connection refused") ? Answer.LET_IN : Answer.DROPPED;
    }

    private static void ip(String... arguments) {
        run(Stream.of("ip"), arguments);
    }

    private static String inside(String namespace, String... command) {
        return run(Stream.of("ip", "netns", "exec", namespace), command);
    }

    private static String run(Stream<String> program, String... arguments) {
        return Command.of(Stream.concat(program, Stream.of(arguments)).toArray(String[]::new))
                .run()
                .orFail();
    }
}
