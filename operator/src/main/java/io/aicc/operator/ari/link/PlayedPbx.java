package io.aicc.operator.ari.link;

import ch.loway.oss.ari4java.ARI;
import ch.loway.oss.ari4java.tools.ARIException;
import ch.loway.oss.ari4java.tools.HttpParam;
import ch.loway.oss.ari4java.tools.HttpResponse;
import ch.loway.oss.ari4java.tools.HttpResponseHandler;
import ch.loway.oss.ari4java.tools.RestException;
import ch.loway.oss.ari4java.tools.WsClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A PBX that is played within this process: what it tells is read as a real one's events are, what it is asked for it agrees
 * to. For rehearsing; nothing of it reaches anybody. Thread-safe.
 */
public final class PlayedPbx {
    private static final String NOW = "2026-01-01T00:00:00.000+0000";

    private final String app;
    private final LinkMetrics metrics = new LinkMetrics(new SimpleMeterRegistry());
    private final Semaphore requests = new Semaphore(0);
    private final Events events = new Events();
    private final ARI ari;
    private final PbxCommands commands;

    public PlayedPbx(String app) {
        this.app = app;
        Agreeing agreeing = new Agreeing();
        ari = AriClient.over(agreeing, events, app);
        commands = new PbxCommands(ari, agreeing, app, metrics);
    }

    /** From now on the listener is told what happens here. */
    public void connect(PbxListener listener) throws PbxException {
        try {
            ari.events().eventWebsocket(app).execute(new AriEventCallback(listener, metrics, () -> {}));
        } catch (RestException e) {
            throw PbxCommands.failed("connect", app, e);
        } catch (ARIException e) {
            throw new PbxException("connect", app, 0, e.toString());
        }
    }

    /** What it can be told to do. */
    public PbxCommands commands() {
        return commands;
    }

    /** A customer's call comes in, and one agent's phone rings. */
    public void rings(String call) {
        tell("ChannelCreated", "\"channel\": " + customer(call, "Ring"));
        tell("ChannelDialplan", "\"dialplan_app\": \"Dial\", \"channel\": " + customer(call, "Ring"));
        tell("ChannelCreated", "\"channel\": " + agent(call, "Down"));
        dial(call, "", "Down");
        tell("ChannelCallerId", "\"caller_presentation\": 0, \"channel\": " + agent(call, "Down"));
        tell("ChannelStateChange", "\"channel\": " + agent(call, "Ringing"));
        dial(call, "RINGING", "Ringing");
    }

    /** The agent answers. */
    public void answers(String call) {
        tell("ChannelStateChange", "\"channel\": " + agent(call, "Up"));
        dial(call, "ANSWER", "Up");
        tell("BridgeCreated", "\"bridge\": " + bridge(call, ""));
        String members = "\"%1$s\", \"%1$s-agent\"".formatted(call);
        tell("ChannelEnteredBridge", both(bridge(call, members), customer(call, "Up")));
        tell("ChannelEnteredBridge", both(bridge(call, members), agent(call, "Up")));
    }

    /** The customer puts the receiver down, and the call is gone. */
    public void hangsUp(String call) {
        tell("ChannelHangupRequest", "\"cause\": 16, \"channel\": " + customer(call, "Up"));
        tell("ChannelLeftBridge", both(bridge(call, ""), customer(call, "Up")));
        tell("ChannelLeftBridge", both(bridge(call, ""), agent(call, "Up")));
        tell("BridgeDestroyed", "\"bridge\": " + bridge(call, ""));
        for (String channel : List.of(customer(call, "Up"), agent(call, "Up"))) {
            tell("ChannelDestroyed", "\"cause\": 16, \"cause_txt\": \"Normal Clearing\", \"channel\": " + channel);
        }
    }

    /** Waits until it was asked for so many things more than was waited for before; false when it was not. */
    public boolean awaitRequests(int count, Duration longest) throws InterruptedException {
        return requests.tryAcquire(count, longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void dial(String call, String status, String state) {
        tell("Dial", """
                "dialstatus": "%s", "dialstring": "agent", "caller": %s, "peer": %s""".formatted(status, customer(call, "Ring"), agent(call, state)));
    }

    private void tell(String type, String about) {
        events.ear().onSuccess("""
                {"type": "%s", "timestamp": "%s", "asterisk_id": "played", "application": "played", %s}""".formatted(type, NOW, about));
    }

    private static String customer(String call, String state) {
        return channel(call, "PJSIP/trunk-" + call, state, "\"AICC_TRANSCRIBE\": \"yes\", \"AICC_LANGUAGE\": \"\"");
    }

    private static String agent(String call, String state) {
        return channel(call + "-agent", "PJSIP/agent-" + call, state, "");
    }

    private static String channel(String id, String name, String state, String variables) {
        return """
                {"id": "%s", "name": "%s", "state": "%s", "protocol_id": "", "caller": {"name": "", "number": "15550100"},
                 "connected": {"name": "", "number": ""}, "accountcode": "", "creationtime": "%s", "language": "en",
                 "dialplan": {"context": "played", "exten": "s", "priority": 1, "app_name": "Dial", "app_data": ""},
                 "channelvars": {%s}}""".formatted(id, name, state, NOW, variables);
    }

    private static String bridge(String call, String members) {
        return """
                {"id": "%s-bridge", "technology": "simple_bridge", "bridge_type": "mixing", "bridge_class": "basic",
                 "creator": "", "name": "", "channels": [%s], "creationtime": "%s", "video_mode": "none"}""".formatted(call, members, NOW);
    }

    private static String both(String bridge, String channel) {
        return "\"bridge\": " + bridge + ", \"channel\": " + channel;
    }

    /** Answers what Asterisk would when all goes well. */
    private final class Agreeing implements WaitingClient {
        private static final String SOURCE =
                "\"UNICASTRTP_LOCAL_ADDRESS\": \"127.0.0.1\", \"UNICASTRTP_LOCAL_PORT\": \"1024\"";

        @Override
        public String httpActionSync(
                String path, String method, List<HttpParam> query, @Nullable String body, List<HttpResponse> errors) {
            requests.release();
            return path.startsWith("/bridges")
                    ? bridge("tap", "")
                    : channel("tap", "UnicastRTP/127.0.0.1", "Up", SOURCE);
        }
    }

    /** Where events come from: from us. */
    private static final class Events implements WsClient {
        private volatile @Nullable HttpResponseHandler ear;

        private HttpResponseHandler ear() {
            return Objects.requireNonNull(ear, "nobody is connected");
        }

        @Override
        public WsClientConnection connect(HttpResponseHandler handler, String path, List<HttpParam> query) {
            ear = handler;
            handler.onChReadyToWrite();
            return () -> {};
        }

        @Override
        public boolean isWsConnected() {
            return ear != null;
        }

        @Override
        public void destroy() {}
    }
}
