package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aicc.demo.pbx.AsteriskProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A controller on another machine: a real nginx, with TLS, in front of a real Asterisk. */
class AriProxyIT {
    @TempDir
    private static Path directory;

    private static AsteriskProcess asterisk;
    private static Nginx nginx;
    private static HttpClient http;

    @BeforeAll
    static void start() throws Exception {
        asterisk = Asterisk.start();
        nginx = new Nginx(asterisk, directory);
        http = from(Nginx.CONTROLLER_ADDRESS);
    }

    @AfterAll
    static void stop() throws Exception {
        http.close();
        nginx.close();
        asterisk.close();
    }

    @Test
    void aControllerComesInWithANameOfItsOwn() throws Exception {
        HttpResponse<String> answer =
                http.send(asController("/ari/asterisk/info").build(), HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"version\":\"22.");
        assertThat(answer.headers().map().toString())
                .as("says who they are to nobody")
                .doesNotContain("1.2")
                .doesNotContain("22.");
    }

    @Test
    void eventsComeThrough() throws Exception {
        CompletableFuture<String> event = new CompletableFuture<>();
        WebSocket events = http.newWebSocketBuilder()
                .header("Authorization", Ari.basic(Nginx.CONTROLLER, Nginx.CONTROLLER_PASSWORD))
                .buildAsync(
                        URI.create(nginx.ari().toString().replace("https", "wss") + "/ari/events?app=probe"),
                        new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
                                event.complete(text.toString());
                                return WebSocket.Listener.super.onText(socket, text, last);
                            }
                        })
                .get(10, TimeUnit.SECONDS);

        HttpRequest tell = asController("/ari/events/user/hello?application=probe")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        assertThat(http.send(tell, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(204);

        assertThat(event.get(10, TimeUnit.SECONDS)).contains("ChannelUserevent", "hello");
        events.abort();
    }

    @ParameterizedTest
    @CsvSource({
        "/ari/asterisk/info, controller-1, wrong, 401",
        "/ari/asterisk/info, nobody, of-this-test-alone, 401",
        "/ari/events?app=probe, controller-1, wrong, 401",
        "/, controller-1, of-this-test-alone, 404",
        "/httpstatus, controller-1, of-this-test-alone, 404",
        "/ari/asterisk/info?api_key=aicc:x, controller-1, of-this-test-alone, 400",
    })
    void whatIsNotForAControllerIsRefused(String path, String user, String password, int status) throws Exception {
        assertThat(status(
                        http,
                        HttpRequest.newBuilder(nginx.ari().resolve(path))
                                .header("Authorization", Ari.basic(user, password))))
                .isEqualTo(status);
    }

    @Test
    void asterisksOwnPasswordIsNoneHere() throws Exception {
        String own = Ari.basic(AsteriskProcess.USER, asterisk.password().reveal());

        assertThat(status(
                        http,
                        HttpRequest.newBuilder(nginx.ari().resolve("/ari/asterisk/info"))
                                .header("Authorization", own)))
                .isEqualTo(401);
    }

    @Test
    void aPageInABrowserIsRefusedWhateverItKnows() throws Exception {
        assertThat(status(http, asController("/ari/asterisk/info").header("Origin", "https://evil.example")))
                .isEqualTo(403);
    }

    @Test
    void anotherNetworkIsRefusedWhateverItKnows() throws Exception {
        try (HttpClient stranger = from("127.57.0.2")) {
            assertThat(status(stranger, asController("/ari/asterisk/info"))).isEqualTo(403);
        }
        assertThat(nginx.errors()).contains("access forbidden by rule");
    }

    @Test
    void whoDoesNotKnowTheCertificateDoesNotTalkToIt() {
        try (HttpClient trusting = HttpClient.newHttpClient()) {
            assertThatThrownBy(() -> status(trusting, asController("/ari/asterisk/info")))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    private static HttpClient from(String address) throws Exception {
        return HttpClient.newBuilder()
                .localAddress(InetAddress.ofLiteral(address))
                .sslContext(nginx.trust())
                .build();
    }

    private static HttpRequest.Builder asController(String path) {
        return HttpRequest.newBuilder(nginx.ari().resolve(path))
                .header("Authorization", Ari.basic(Nginx.CONTROLLER, Nginx.CONTROLLER_PASSWORD));
    }

    private static int status(HttpClient client, HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
