package io.aicc.operator.ari.link;

import static org.assertj.core.api.Assertions.assertThat;

import ch.loway.oss.ari4java.tools.HttpParam;
import ch.loway.oss.ari4java.tools.HttpResponseHandler;
import ch.loway.oss.ari4java.tools.WsClient;
import io.aicc.operator.ari.pbx.PbxEvent;
import io.aicc.operator.ari.pbx.PbxSnapshot;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a PBX may say that is none of what it should. */
class AriEventCallbackTest implements PbxListener, WsClient {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<PbxEvent> heard = new ArrayList<>();
    private int replaced;
    private final List<HttpResponseHandler> pbx = new ArrayList<>();

    @BeforeEach
    void connect() throws Exception {
        PbxAddress nowhere = new PbxAddress(
                URI.create("http://127.0.0.1:1"), "user", new io.aicc.runtime.Secret("secret"), "aicc", null);
        AriClient.over(new AriRequests(HttpClient.newHttpClient(), nowhere), this, "aicc")
                .events()
                .eventWebsocket("aicc")
                .execute(new AriEventCallback(this, new LinkMetrics(registry), this::replaced));
    }

    @ParameterizedTest
    @MethodSource
    void whatIsNoEventIsCountedAndTheNextIsHeard(String garbage) {
        pbx.getFirst().onSuccess(garbage);
        assertThat(heard).isEmpty();
        assertThat(unreadable()).isEqualTo(1);

        pbx.getFirst().onSuccess("""
                {"type": "ChannelDestroyed", "channel": {"id": "1.1"}}""");
        assertThat(heard).containsExactly(new PbxEvent.ChannelGone("1.1"));
        assertThat(unreadable()).isEqualTo(1);
    }

    static List<String> whatIsNoEventIsCountedAndTheNextIsHeard() {
        return List.of(
                "",
                "null",
                "[]",
                "{",
                "\u0000",
                "{}",
                "[".repeat(100_000),
                "{\"type\": \"NoSuchType\"}",
                "{\"type\": [\"Dial\"]}",
                "{\"type\": \"ChannelDestroyed\"}",
                "{\"type\": \"ChannelDestroyed\", \"channel\": null}",
                "{\"type\": \"ChannelDestroyed\", \"channel\": {\"id\": null}}",
                "{\"type\": \"ChannelCreated\", \"channel\": {}}",
                "{\"type\": \"ChannelCreated\", \"channel\": {\"id\": \"1\", \"channelvars\": "
                        + "{\"a\":".repeat(5_000) + "0" + "}".repeat(5_000) + "}}",
                "{\"type\": \"ChannelHold\", \"channel\": \"1.1\"}",
                "{\"type\": \"Dial\", \"peer\": {}}",
                "{\"type\": \"BridgeCreated\", \"bridge\": {}}",
                "{\"type\": \"BridgeCreated\", \"bridge\": {\"id\": \"b\", \"channels\": [null]}}",
                "{\"type\": \"ChannelEnteredBridge\", \"channel\": {\"id\": \"1\"}}",
                "{\"type\": \"StasisStart\"}");
    }

    @Test
    void anAsteriskThatSaysMoreThanWeKnowIsUnderstood() {
        pbx.getFirst().onSuccess("""
                {"type": "ChannelDestroyed", "new": 1, "channel": {"id": "1.1", "newer": {"still": []}}}""");
        assertThat(heard).containsExactly(new PbxEvent.ChannelGone("1.1"));
    }

    @Test
    void whoeverWasReplacedHearsNoMore() {
        pbx.getFirst().onSuccess("""
                {"type": "ApplicationReplaced", "application": "aicc", "timestamp": "2026-11-23T01:48:54.305+0000"}""");
        pbx.getFirst().onSuccess("""
                {"type": "ChannelDestroyed", "channel": {"id": "1.1"}}""");
        assertThat(replaced).isEqualTo(1);
        assertThat(heard).isEmpty();
    }

    private double unreadable() {
        return registry.get("aicc_ari_events")
                .tag("taken", "unreadable")
                .counter()
                .count();
    }

    @Override
    public void events(List<PbxEvent> events) {
        heard.addAll(events);
    }

    @Override
    public void beforeSnapshot() {}

    @Override
    public void snapshot(PbxSnapshot snapshot) {}

    @Override
    public void replaced() {
        replaced++;
    }

    @Override
    public void lost() {}

    @Override
    public WsClientConnection connect(HttpResponseHandler handler, String path, List<HttpParam> query) {
        pbx.add(handler);
        handler.onChReadyToWrite();
        return () -> {};
    }

    @Override
    public boolean isWsConnected() {
        return true;
    }

    @Override
    public void destroy() {}
}
