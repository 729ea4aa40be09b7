package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.demo.pbx.AsteriskProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which pages a browser lets read ARI (CORS, Fetch standard section 3.2), by environment, as a running Asterisk says it: a page
 * that is not listed gets no leave to ask, and nothing of an answer. To tell browsers is all that Asterisk does; who refuses
 * is the proxy ({@link AriProxyIT}), and nobody comes past it ({@link ConfigurationCheckTest}).
 */
class AriOriginsIT {
    private static final String ALLOWED = "Access-Control-Allow-Origin";
    private static final List<String> UNKNOWN =
            List.of("https://evil.example", "null", "https://console.example.com.evil.example", "*");

    @ParameterizedTest
    @ValueSource(strings = {"development", "production"})
    void listedOriginsAreAnsweredAndUnknownOnesRefused(String environment) throws Exception {
        Path file = Asterisk.PROJECT.resolve("asterisk/environments/%s/ari_origins.conf".formatted(environment));
        String list = Files.readString(file);
        List<String> listed =
                List.of(list.substring(list.lastIndexOf('=') + 1).strip().split(","));
        assertThat(listed).isNotEmpty().allMatch(origin -> origin.startsWith("http"));
        try (AsteriskProcess asterisk = Asterisk.start(Map.of("ari_origins.conf", list));
                HttpClient http = HttpClient.newHttpClient()) {
            for (String origin : listed) {
                HttpResponse<Void> read =
                        http.send(from(origin, asterisk).build(), HttpResponse.BodyHandlers.discarding());
                assertThat(read.statusCode()).isEqualTo(200);
                assertThat(read.headers().firstValue(ALLOWED)).hasValue(origin);
                assertThat(mayPost(http, origin, asterisk)).as(origin).isTrue();
            }
            for (String origin : UNKNOWN) {
                HttpResponse<Void> read =
                        http.send(from(origin, asterisk).build(), HttpResponse.BodyHandlers.discarding());
                assertThat(read.statusCode()).as("as asterisk/README.md says").isEqualTo(200);
                assertThat(read.headers().firstValue(ALLOWED)).as(origin).isEmpty();
                assertThat(mayPost(http, origin, asterisk)).as(origin).isFalse();
            }
        }
    }

    /** What a browser asks before it lets a page change something. */
    private static boolean mayPost(HttpClient http, String origin, AsteriskProcess asterisk)
            throws IOException, InterruptedException {
        HttpRequest preflight = from(origin, asterisk)
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("Access-Control-Request-Method", "POST")
                .build();
        HttpResponse<Void> answer = http.send(preflight, HttpResponse.BodyHandlers.discarding());
        return answer.statusCode() / 100 == 2
                && answer.headers()
                        .firstValue("Access-Control-Allow-Methods")
                        .orElse("")
                        .contains("POST");
    }

    private static HttpRequest.Builder from(String origin, AsteriskProcess asterisk) {
        return HttpRequest.newBuilder(asterisk.ari().resolve("/ari/channels"))
                .header("Origin", origin)
                .header(
                        "Authorization",
                        Ari.basic(AsteriskProcess.USER, asterisk.password().reveal()));
    }
}
