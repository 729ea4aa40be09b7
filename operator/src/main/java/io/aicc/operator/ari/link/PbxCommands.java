package io.aicc.operator.ari.link;

import ch.loway.oss.ari4java.ARI;
import ch.loway.oss.ari4java.generated.models.Channel;
import ch.loway.oss.ari4java.tools.HttpClient;
import ch.loway.oss.ari4java.tools.RestException;
import io.aicc.operator.ari.link.LinkMetrics.Outcome;
import io.aicc.operator.ari.pbx.PbxSnapshot;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What we ever ask of a PBX, one request each, with ids of our choice. The caller waits for the answer; what is gone already
 * counts as taken away. Thread-safe.
 */
public final class PbxCommands {
    private static final String SOURCE_ADDRESS = "UNICASTRTP_LOCAL_ADDRESS";
    private static final String SOURCE_PORT = "UNICASTRTP_LOCAL_PORT";
    private static final int NOT_FOUND = 404;
    private static final int HIGHEST_PORT = 65_535;

    private final ARI ari;
    private final HttpClient requests;
    private final String app;
    private final LinkMetrics metrics;
    private volatile boolean barred;

    /** @param requests what {@code ari} sends its requests by */
    PbxCommands(ARI ari, HttpClient requests, String app, LinkMetrics metrics) {
        this.ari = ari;
        this.requests = requests;
        this.app = app;
        this.metrics = metrics;
    }

    /** Hears what comes in from a leg, on a channel of that id. */
    public void snoop(String leg, String id) throws PbxException {
        checkOurs(id);
        ask(Operation.SNOOP, leg, () -> ari.channels()
                .snoopChannelWithId(leg, id, app)
                .setSpy("in")
                .setWhisper("none")
                .execute());
    }

    /**
     * Sends what a channel of that id hears as G.711 µ-law over RTP.
     *
     * @param destination {@code address:port}; an address, for the PBX would wait for a name
     * @return {@code address:port} that it sends from, if the PBX tells
     */
    public Optional<String> externalMedia(String id, String destination) throws PbxException {
        checkOurs(id);
        return ask(Operation.EXTERNAL_MEDIA, id, () -> {
            Channel channel = ari.channels()
                    .externalMedia(app, destination, "ulaw")
                    .setChannelId(id)
                    .execute();
            return channel.getChannelvars() instanceof Map<?, ?> variables
                    ? source(variables.get(SOURCE_ADDRESS), variables.get(SOURCE_PORT))
                    : Optional.empty();
        });
    }

    /** Where an ExternalMedia channel that somebody else made sends from. */
    public Optional<String> sourceOf(String media) throws PbxException {
        return source(variable(media, SOURCE_ADDRESS), variable(media, SOURCE_PORT));
    }

    /** Makes a mixing bridge of that id. */
    public void createBridge(String id) throws PbxException {
        checkOurs(id);
        ask(Operation.CREATE_BRIDGE, id, () -> ari.bridges()
                .createWithId(id)
                .setType("mixing")
                .setName(app)
                .execute());
    }

    /** Puts channels into a bridge. */
    public void join(String bridge, Set<String> channels) throws PbxException {
        checkOurs(bridge);
        channels.forEach(this::checkOurs);
        ask(Operation.JOIN, bridge, () -> {
            ari.bridges().addChannel(bridge, String.join(",", channels)).execute();
            return bridge;
        });
    }

    /** Ends a channel of ours. */
    public void hangUp(String channel) throws PbxException {
        checkOurs(channel);
        remove(Operation.HANG_UP, channel, () -> {
            ari.channels().hangup(channel).execute();
            return channel;
        });
    }

    /** Ends a bridge of ours. */
    public void destroyBridge(String bridge) throws PbxException {
        checkOurs(bridge);
        remove(Operation.DESTROY_BRIDGE, bridge, () -> {
            ari.bridges().destroy(bridge).execute();
            return bridge;
        });
    }

    /** Lets a call that entered our application go on in its dialplan; one that has left already is fine. */
    public void continueInDialplan(String channel) throws PbxException {
        remove(Operation.CONTINUE, channel, () -> {
            ari.channels().continueInDialplan(channel).execute();
            return channel;
        });
    }

    /** From now on nothing is asked of the PBX, or may be again: what others do there must not be interfered with. */
    void bar(boolean now) {
        barred = now;
    }

    boolean barred() {
        return barred;
    }

    /** Whether somebody listens as our application, barred or not: Asterisk knows one only while it does. */
    boolean applicationIsTaken() throws PbxException {
        try {
            send(Operation.PING, app, () -> ari.applications().get(app).execute());
            return true;
        } catch (PbxException e) {
            if (e.missing()) {
                return false;
            }
            throw e;
        }
    }

    /** Everything there is. */
    PbxSnapshot snapshot() throws PbxException {
        return new PbxSnapshot(
                ask(Operation.LIST_CHANNELS, app, () -> ari.channels().list().execute().stream()
                        .map(AriTranslation::channel)
                        .toList()),
                ask(Operation.LIST_BRIDGES, app, () -> ari.bridges().list().execute().stream()
                        .map(AriTranslation::bridge)
                        .toList()));
    }

    /** Whether requests are answered, and our application is known there. */
    void ping() throws PbxException {
        ask(Operation.PING, app, () -> ari.applications().get(app).execute());
    }

    /**
     * Has the PBX tell us of these types of events only, for as long as we are connected. Not by ari4java, which wraps the body
     * so that Asterisk takes it for no filter at all (<a href="https://github.com/ari4java/ari4java/issues/208">ari4java#208</a>).
     */
    void hearOnly(Collection<String> types) throws PbxException {
        String filter = types.stream()
                .map(type -> "{\"type\":\"" + type + "\"}")
                .collect(Collectors.joining(",", "{\"allowed\":[", "]}"));
        String path = "/applications/" + app + "/eventFilter";
        ask(Operation.FILTER_EVENTS, app, () -> requests.httpActionSync(path, "PUT", List.of(), filter, List.of()));
    }

    /** Whatever we make is named after our application: what is not is none of our business, whoever thinks it is. */
    private void checkOurs(String id) {
        if (!id.startsWith(app + "-")) {
            throw new IllegalArgumentException("not of our making at the pbx: '" + id + "'");
        }
    }

    static PbxException failed(String operation, String object, RestException e) {
        String said = e.getResponse() == null ? e.getMessage() : e.getResponse();
        Throwable cause = e.getCause();
        String problem = said != null && !said.isBlank() ? said : cause == null ? "no answer" : cause.toString();
        return new PbxException(operation, object, e.getCode(), problem);
    }

    @FunctionalInterface
    private interface Request<T> {
        T send() throws RestException;
    }

    private <T> T ask(Operation operation, String object, Request<T> request) throws PbxException {
        if (barred) {
            throw new PbxException(
                    operation.label(), object, 0, "not asked: another controller has our place at the pbx");
        }
        return send(operation, object, request);
    }

    private <T> T send(Operation operation, String object, Request<T> request) throws PbxException {
        long start = System.nanoTime();
        Outcome outcome = Outcome.OK;
        try {
            return request.send();
        } catch (RestException e) {
            outcome = switch (e.getCode()) {
                case 0 -> Outcome.UNANSWERED;
                case NOT_FOUND -> Outcome.MISSING;
                default -> Outcome.REFUSED;
            };
            throw failed(operation.label(), object, e);
        } catch (RuntimeException e) { // Without what every answer of its kind has.
            outcome = Outcome.UNREADABLE;
            throw new PbxException(operation.label(), object, 0, "the answer is not readable: " + e);
        } finally {
            metrics.request(operation, outcome, System.nanoTime() - start);
        }
    }

    private void remove(Operation operation, String object, Request<String> request) throws PbxException {
        try {
            ask(operation, object, request);
        } catch (PbxException e) {
            if (!e.missing()) {
                throw e;
            }
        }
    }

    private @Nullable String variable(String channel, String name) throws PbxException {
        return ask(Operation.GET_VARIABLE, channel, () -> value(channel, name)).orElse(null);
    }

    private Optional<String> value(String channel, String name) throws RestException {
        return Optional.ofNullable(
                ari.channels().getChannelVar(channel, name).execute().getValue());
    }

    /** Only what is an address and a port: the API server refuses anything else. */
    private static Optional<String> source(@Nullable Object address, @Nullable Object port) {
        try {
            String host = InetAddress.ofLiteral(String.valueOf(address)).getHostAddress();
            int number = Integer.parseInt(String.valueOf(port));
            if (number < 1 || number > HIGHEST_PORT) {
                return Optional.empty();
            }
            return Optional.of((host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + number);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
