package io.aicc.e2e.pbx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aicc.demo.pbx.AsteriskProcess;
import io.aicc.operator.ari.link.PbxAddress;
import io.aicc.operator.ari.link.PbxCommands;
import io.aicc.operator.ari.link.PbxException;
import io.aicc.operator.ari.link.PbxLink;
import io.aicc.operator.ari.link.PbxLink.Timing;
import io.aicc.runtime.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A controller on another machine: a real nginx, with TLS, in front of a real Asterisk. */
class AriProxyIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Timing OFTEN =
            new Timing(Duration.ofMillis(100), Duration.ofSeconds(10), Duration.ofSeconds(30));
    private static final String APP = "aicc";
    private static final String CHANNELS = "/ari/channels";

    /** As the controller's own TapName has them. */
    private static final String SNOOP = "aicc-seoul-1700000000-1.customer.1.snoop-0123456789-1y2p0ij32e8e7";

    private static final String MEDIA = "aicc-seoul-1700000000-1.customer.1.media-1y2p0ij32e8e7";
    private static final String BRIDGE = "aicc-seoul-1700000000-1.customer.1.bridge-1y2p0ij32e8e7";
    private static final String OTHER_BRIDGE = "aicc-seoul-1700000000-2.agent.2.bridge-1y2p0ij32e8e8";

    private static final String DIGEST = UUID.randomUUID().toString().replace("-", "");

    /** Most of it is not loaded all the same: asterisk/etc/modules_aicc.conf. */
    private static final String LOADED_AT_A_USERS_WISH = """
            load = res_ari_asterisk.so
            load = res_ari_recordings.so
            load = func_config.so
            load = func_sorcery.so
            load = res_curl.so
            load = func_curl.so
            load = func_env.so
            load = func_shell.so
            """;

    @TempDir
    private static Path directory;

    private static AsteriskProcess asterisk;
    private static Nginx nginx;
    private static HttpClient http;

    @BeforeAll
    static void start() throws Exception {
        asterisk = Asterisk.start(Map.of(
                "extensions.conf",
                "[answers]\nexten = 1,1,Answer()\n same = n,Wait(600)\n",
                "pjsip.conf",
                "[phone]\ntype = auth\nusername = phone\npassword_digest = MD5:" + DIGEST,
                "modules.conf",
                LOADED_AT_A_USERS_WISH));
        nginx = new Nginx(asterisk, directory);
        http = from(Nginx.CONTROLLER_ADDRESS);
        try (Ari ari = new Ari(asterisk)) {
            ari.send("POST", "channels?endpoint=Local/1@answers&channelId=asks&extension=1&context=answers");
        }
    }

    @AfterAll
    static void stop() throws Exception {
        http.close();
        nginx.close();
        asterisk.close();
    }

    @Test
    void aControllerComesInWithANameOfItsOwn() throws Exception {
        HttpResponse<String> answer = http.send(asController(CHANNELS).build(), HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith("[");
        assertThat(answer.headers().map().toString())
                .as("says who they are to nobody")
                .doesNotContain("1.2")
                .doesNotContain("22.");
    }

    /** With the controller's own code: what it comes to ask for besides, has to be let in here and there. */
    @Test
    void everythingThatAControllerAsksForIsLetThrough() throws Exception {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        PbxAddress pbx = new PbxAddress(
                nginx.ari(), Nginx.CONTROLLER, new Secret(Nginx.CONTROLLER_PASSWORD), APP, nginx.certificate());
        try (PbxLink link = new PbxLink(pbx, OFTEN, metrics, InstantSource.system());
                Ari ari = new Ari(asterisk)) {
            link.start(new Uninterested());
            await().atMost(LIMIT).until(() -> link.health().up());
            double uninteresting = events(metrics, "ignored");
            ari.send("POST", "channels?endpoint=Local/1@answers&channelId=leg-1&app=" + APP);

            PbxCommands commands = link.commands();
            commands.snoop("leg-1", SNOOP);
            commands.externalMedia(MEDIA, "127.0.0.1:20000");
            assertThat(commands.sourceOf(MEDIA)).isPresent();
            commands.createBridge(BRIDGE);
            await("both are ready")
                    .atMost(LIMIT)
                    .ignoreExceptionsInstanceOf(PbxException.class)
                    .until(() -> {
                        commands.join(BRIDGE, Set.of(SNOOP, MEDIA));
                        return true;
                    });
            commands.destroyBridge(BRIDGE);
            commands.hangUp(SNOOP);
            commands.hangUp(MEDIA);
            await("it is in our application")
                    .atMost(LIMIT)
                    .ignoreExceptionsInstanceOf(PbxException.class)
                    .until(() -> {
                        commands.continueInDialplan("leg-1");
                        return true;
                    });

            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(neverServed(metrics)).isEmpty());
            assertThat(ari.get("applications/" + APP).get("events_allowed")).isNotEmpty();
            assertThat(events(metrics, "used")).isPositive();
            assertThat(events(metrics, "ignored"))
                    .as("tells nothing that we have no use for")
                    .isEqualTo(uninteresting);
        }
    }

    /** As an older Asterisk, another proxy or a user without the right to does. */
    @Test
    void aPbxThatCannotBeToldWhatToTellTellsAll() throws Exception {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        PbxAddress pbx =
                new PbxAddress(asterisk.ari(), AsteriskProcess.USER + "-events", asterisk.password(), "aicc-all", null);
        try (PbxLink link = new PbxLink(pbx, OFTEN, metrics, InstantSource.system());
                Ari ari = new Ari(asterisk)) {
            link.start(new Uninterested());
            await().atMost(LIMIT).until(() -> link.health().up());
            ari.send("POST", "channels?endpoint=Local/1@answers&channelId=leg-2&app=aicc-all");

            await().atMost(LIMIT).until(() -> events(metrics, "used") > 0 && events(metrics, "ignored") > 0);
            assertThat(metrics.get("aicc_ari_request")
                            .tags("operation", "filter_events", "outcome", "refused")
                            .timer()
                            .count())
                    .isEqualTo(1);
            ari.send("DELETE", "channels/leg-2");
        }
    }

    @ParameterizedTest
    @CsvFileSource(delimiter = '|', resources = "refused-by-the-proxy.csv")
    void whateverElseAriCanDoIsRefused(String method, String path) throws Exception {
        HttpResponse<String> answer = http.send(
                asController("/ari/" + path)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(403);
        String written =
                " \"%s\" 403 - \\d\\.\\d{3} %s %s\n".formatted(Nginx.CONTROLLER, method, Pattern.quote(uri(path)));
        await("it is written down, and that Asterisk was not asked")
                .atMost(LIMIT)
                .untilAsserted(() ->
                        assertThat(nginx.failures()).containsPattern(written).doesNotContain("?"));
        assertThat(nginx.errors()).doesNotContain("api_key");
    }

    @Test
    void aBodyAddsNothingToARequest() throws Exception {
        try (Ari ari = new Ari(asterisk)) {
            HttpRequest request = asController("/ari/bridges/" + OTHER_BRIDGE + "?type=mixing&name=" + APP)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"type\": \"holding\", \"name\": \"theirs\"}"))
                    .build();
            assertThat(http.send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);

            assertThat(ari.get("bridges/" + OTHER_BRIDGE).get("name").asText()).isEqualTo(APP);
            assertThat(ari.get("bridges/" + OTHER_BRIDGE).get("bridge_type").asText())
                    .isEqualTo("mixing");
            ari.send("DELETE", "bridges/" + OTHER_BRIDGE);
        }
    }

    /** The one body that comes through is read as JSON, whatever it says it is, and not as parameters. */
    @Test
    void theBodyOfAFilterIsNothingElse() throws Exception {
        HttpRequest request = asController("/ari/applications/" + APP + "/eventFilter")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .PUT(HttpRequest.BodyPublishers.ofString("applicationName=other"))
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(400);
        await("Asterisk refused it").atMost(LIMIT).untilAsserted(() -> assertThat(nginx.failures())
                .containsPattern(" 400 400 \\d\\.\\d{3} PUT /ari/applications/" + APP + "/eventFilter\n"));
    }

    /** Asterisk takes requests on an event stream too (ARI REST over WebSocket), where no proxy sees them. */
    @Test
    void eventsComeThroughAndRequestsOnTheirStreamChangeNothing() throws Exception {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        WebSocket events = http.newWebSocketBuilder()
                .header("Authorization", Ari.basic(Nginx.CONTROLLER, Nginx.CONTROLLER_PASSWORD))
                .buildAsync(
                        URI.create(nginx.ari().toString().replace("https", "wss") + "/ari/events?app=" + APP
                                + "&subscribeAll=true"),
                        new Hearer(heard))
                .get(10, TimeUnit.SECONDS);

        try (Ari ari = new Ari(asterisk)) {
            ari.send("POST", "events/user/hello?application=" + APP);
        }
        await().atMost(LIMIT).until(() -> said(heard, "ChannelUserevent"));

        events.sendText("""
                        {"type": "RESTRequest", "method": "POST", "uri": "bridges/smuggled?type=mixing"}""", true).get(10, TimeUnit.SECONDS);
        await().atMost(LIMIT).until(() -> said(heard, "RESTResponse"));
        assertThat(heard)
                .filteredOn(text -> text.contains("RESTResponse"))
                .singleElement()
                .asString()
                .contains("\"status_code\":403", "Write access denied");
        events.abort();
    }

    /** As whoever has taken over a controller may ask on its event stream; the names are Asterisk's own. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "asterisk/config/dynamic/res_pjsip/auth/phone",
                "asterisk/variable?variable=AST_CONFIG(pjsip.conf,phone,password_digest)",
                "asterisk/info",
                "recordings/stored",
                "channels/asks/variable?variable=AST_CONFIG(pjsip.conf,phone,password_digest)",
                "channels/asks/variable?variable=AST_SORCERY(res_pjsip,auth,phone,password_digest)",
                "channels/asks/variable?variable=CURL(file:///mnt/etc/pjsip.conf)",
                "channels/asks/variable?variable=FILE(/mnt/etc/pjsip.conf)",
                "channels/asks/variable?variable=SHELL(cat /mnt/etc/pjsip.conf)",
            })
    void nobodyReadsSecretsEvenAtAsteriskItself(String path) throws Exception {
        for (String user : List.of(AsteriskProcess.USER, AsteriskProcess.USER + "-events")) {
            String password = asterisk.password().reveal();
            HttpRequest request = HttpRequest.newBuilder(asterisk.ari().resolve("/ari/" + path.replace(" ", "%20")))
                    .header("Authorization", Ari.basic(user, password))
                    .build();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).as(user).containsAnyOf("Resource not found", "Unable to read provided function");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/ari/channels, controller-1, wrong, 401",
        "/ari/channels, nobody, of-this-test-alone, 401",
        "/ari/events?app=aicc&subscribeAll=true, controller-1, wrong, 401",
        "/, controller-1, of-this-test-alone, 403",
        "/httpstatus, controller-1, of-this-test-alone, 403",
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
                        HttpRequest.newBuilder(nginx.ari().resolve(CHANNELS)).header("Authorization", own)))
                .isEqualTo(401);
    }

    @Test
    void aPageInABrowserIsRefusedWhateverItKnows() throws Exception {
        assertThat(status(http, asController(CHANNELS).header("Origin", "https://evil.example")))
                .isEqualTo(403);
    }

    @Test
    void anotherNetworkIsRefusedWhateverItKnows() throws Exception {
        try (HttpClient stranger = from("127.57.0.2")) {
            assertThat(status(stranger, asController(CHANNELS))).isEqualTo(403);
        }
        assertThat(nginx.errors()).contains("access forbidden by rule");
    }

    @Test
    void whoDoesNotKnowTheCertificateDoesNotTalkToIt() {
        try (HttpClient trusting = HttpClient.newHttpClient()) {
            assertThatThrownBy(() -> status(trusting, asController(CHANNELS)))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    /** As nginx writes it: without the query, decoded. */
    private static String uri(String path) {
        return "/ari/"
                + URI.create("/" + path.replaceFirst("[?].*", "")).getPath().substring(1);
    }

    private static boolean said(Queue<String> heard, String word) {
        return heard.stream().anyMatch(text -> text.contains(word));
    }

    /** What a controller may ask for that this one has not been served. */
    private static List<String> neverServed(SimpleMeterRegistry metrics) {
        return metrics.get("aicc_ari_request").tag("outcome", "ok").timers().stream()
                .filter(requests -> requests.count() == 0)
                .map(requests -> Objects.requireNonNull(requests.getId().getTag("operation")))
                .toList();
    }

    private static double events(SimpleMeterRegistry metrics, String taken) {
        return metrics.get("aicc_ari_events").tag("taken", taken).counter().count();
    }

    private record Hearer(Queue<String> heard) implements WebSocket.Listener {
        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            heard.add(text.toString());
            return WebSocket.Listener.super.onText(socket, text, last);
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
