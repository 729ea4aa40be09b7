package io.aicc.operator.ari.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.loway.oss.ari4java.tools.RestException;
import io.aicc.runtime.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a PBX, or whoever has taken its place, may answer. */
class PbxCommandsTest {
    private ServerSocket server;
    private HttpClient http;
    private PbxCommands commands;
    private volatile String answer = "";

    @BeforeEach
    void start() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::serve);
        http = HttpClient.newHttpClient();
        PbxAddress pbx = new PbxAddress(url(), "user", new Secret("secret"), "aicc", null);
        AriRequests requests = new AriRequests(http, pbx, Duration.ofMillis(500));
        AriEventStream none = new AriEventStream(http, pbx, java.time.InstantSource.system());
        commands = new PbxCommands(
                AriClient.over(requests, none, "aicc"), requests, "aicc", new LinkMetrics(new SimpleMeterRegistry()));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        http.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "null", "{", "{}", "[null]", "[{}]", "[{\"id\": null}]", "[{\"id\": {}}]", "\u0000", "<html>"
            })
    void aListThatIsNoneIsAFailedRequest(String body) {
        answer = ok(body);
        assertThatThrownBy(commands::snapshot)
                .isInstanceOf(PbxException.class)
                .hasMessageStartingWith("list_channels aicc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "{\"channelvars\": [", "<html>"})
    void aChannelThatIsNoneIsAFailedRequest(String body) {
        answer = ok(body);
        assertThatThrownBy(() -> commands.externalMedia("aicc-id", "127.0.0.1:1"))
                .isInstanceOf(PbxException.class)
                .hasMessageStartingWith("external_media aicc-id");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"channelvars\": []}",
                "{\"channelvars\": {\"UNICASTRTP_LOCAL_ADDRESS\": \"pbx.example\", \"UNICASTRTP_LOCAL_PORT\": \"1\"}}",
                "{\"channelvars\": {\"UNICASTRTP_LOCAL_ADDRESS\": \"127.0.0.1\", \"UNICASTRTP_LOCAL_PORT\": \"many\"}}",
                "{\"channelvars\": {\"UNICASTRTP_LOCAL_ADDRESS\": \"127.0.0.1\", \"UNICASTRTP_LOCAL_PORT\": \"65536\"}}"
            })
    void aSourceThatIsNoAddressIsNone(String body) throws Exception {
        answer = ok(body);
        assertThat(commands.externalMedia("aicc-id", "127.0.0.1:1")).isEmpty();
    }

    @Test
    void anAnswerThatNeverEndsIsGivenUp() {
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{";
        assertThatThrownBy(commands::ping)
                .isInstanceOf(PbxException.class)
                .hasMessageContaining("no whole answer within 500 ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a/../b", "a?b=c", "a#b", "%00", "\u0000", "김", "a\r\nX: y"})
    void anIdOfAnyCharactersGetsAnAnswerOrFails(String id) throws Exception {
        answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}";
        commands.hangUp("aicc-" + id);
    }

    @Test
    void whoeverIsBarredAsksForNothingButWhetherItsPlaceIsFree() throws Exception {
        List<String> asked = new ArrayList<>();
        WaitingClient pbx = (path, method, query, body, errors) -> {
            asked.add(method + " " + path);
            if (asked.size() > 1) {
                throw new RestException("Application not found", 404);
            }
            return "{\"name\": \"aicc\"}";
        };
        AriEventStream none = new AriEventStream(
                http, new PbxAddress(url(), "user", new Secret("secret"), "aicc", null), Instant::now);
        PbxCommands barred = new PbxCommands(
                AriClient.over(pbx, none, "aicc"), pbx, "aicc", new LinkMetrics(new SimpleMeterRegistry()));
        barred.bar(true);

        assertThatThrownBy(() -> barred.hangUp("aicc-1"))
                .isInstanceOf(PbxException.class)
                .hasMessageContaining("not asked: another controller has our place");
        assertThat(barred.applicationIsTaken()).isTrue();
        assertThat(barred.applicationIsTaken()).isFalse();
        assertThat(asked).containsExactly("GET /applications/aicc", "GET /applications/aicc");
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    private static String ok(String body) {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + body;
    }

    /** One request a connection; none is closed before the test is over, so that no answer ends by itself. */
    private void serve() {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> {
                    try {
                        byte[] request = new byte[8192];
                        while (socket.getInputStream().read(request) > 0) {
                            socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                        }
                    } catch (IOException e) {
                        // The client has gone.
                    }
                });
            }
        } catch (IOException e) {
            // The test is over.
        }
    }
}
