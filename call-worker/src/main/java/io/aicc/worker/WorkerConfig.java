package io.aicc.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.runtime.LogConfigurator;
import io.aicc.runtime.ManagementServer.Endpoints;
import io.aicc.runtime.Settings;
import io.aicc.worker.call.WorkerParts.CallSettings;
import io.aicc.worker.control.ControlToken;
import io.aicc.worker.publish.Destination;
import io.aicc.worker.publish.KeySource;
import io.aicc.worker.publish.Network;
import io.aicc.worker.publish.PublishSettings;
import io.aicc.worker.rtp.RtpSettings;
import io.aicc.worker.rtp.SourceRule;
import io.aicc.worker.speech.SpeechEngineFactory;
import io.aicc.worker.speech.SpeechEngines;
import io.aicc.worker.turn.TurnSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Everything a worker is told at its start. */
record WorkerConfig(
        Endpoints endpoints,
        RtpSettings rtp,
        SpeechEngineFactory engine,
        PublishSettings outputs,
        CallSettings call,
        Calls calls) {

    /** The two ports that the prototype used: one call, no Kubernetes. */
    private static final int LEGACY_CUSTOMER_PORT = 12_345;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Where calls come from. */
    sealed interface Calls {}

    /**
     * One, over the control channel.
     *
     * @param operatorKey signs commands
     * @param podUid the audience that a command must name
     */
    record Commanded(int port, PublicKey operatorKey, String podUid) implements Calls {}

    /**
     * One after the other, as they are heard: nobody commands.
     *
     * @param silence one is over when nobody has sent for so long
     */
    record Overheard(Duration silence) implements Calls {}

    static WorkerConfig read(Settings settings) {
        LogConfigurator.declare(settings);
        Endpoints endpoints = Endpoints.from(settings);
        boolean legacy = settings.flag(
                "LEGACY_FIXED_PORTS",
                false,
                "Worker alone: one call after the other on UDP 12345 and 12346, no Kubernetes, no control channel; hears whom AICC_ALLOWED_SOURCES names");
        return new WorkerConfig(
                endpoints,
                rtp(settings, endpoints.address(), legacy),
                SpeechEngines.choose(settings),
                new PublishSettings(
                        outputs(settings),
                        settings.path(
                                "AICC_OUTBOX_DIR",
                                "/var/lib/aicc/outbox",
                                "Directory of the outbox; must survive a restart of the process"),
                        settings.seconds(
                                "AICC_TOKEN_SECONDS",
                                (int) PublishSettings.TOKEN_LIFETIME.toSeconds(),
                                10,
                                86_400,
                                "How long a receiver may let us in with the same token; it is renewed after nine tenths"),
                        network(settings)),
                call(settings),
                calls(settings, legacy));
    }

    private static RtpSettings rtp(Settings settings, InetAddress address, boolean legacy) {
        int customer =
                settings.port("AICC_CUSTOMER_PORT", 0, "UDP port for the customer's audio (even); 0: any free one");
        int agent =
                settings.port("AICC_AGENT_PORT", 0, "UDP port for the agent's audio (customer's + 1); 0: any free one");
        return legacy
                ? new RtpSettings(address, LEGACY_CUSTOMER_PORT, LEGACY_CUSTOMER_PORT + 1)
                : new RtpSettings(address, customer, agent);
    }

    private static CallSettings call(Settings settings) {
        return new CallSettings(
                settings.text("AICC_LANGUAGE", "en-US", "Language that the engine is warmed up for (BCP 47)"),
                settings.parsed(
                        "AICC_ALLOWED_SOURCES",
                        "networks (CIDR), comma-separated",
                        "",
                        "Who may send media when the call does not name its sources; empty: nobody",
                        value -> SourceRule.networks(commaSeparated(value)),
                        SourceRule.networks()),
                TurnSettings.DEFAULT,
                settings.seconds(
                        "AICC_DRAIN_SECONDS",
                        30,
                        1,
                        600,
                        "How long the last words may take after hang-up to be recognised and delivered"));
    }

    private static Calls calls(Settings settings, boolean legacy) {
        int port = settings.port("AICC_CONTROL_PORT", 8081, "TCP port of the control channel");
        String podUid = settings.optionalText(
                "POD_UID", "UID of this pod, the audience of commands; required but in legacy mode");
        String key = settings.optionalText(
                "AICC_CONTROL_PUBLIC_KEY",
                "The operator's Ed25519 public key (X.509, base64); required but in legacy mode");
        Duration silence = settings.seconds(
                "AICC_LEGACY_SILENCE_SECONDS",
                10,
                1,
                3600,
                "With LEGACY_FIXED_PORTS: a call is over when nobody has sent for so long; the next may begin once its last words are delivered");
        if (legacy) {
            return new Overheard(silence);
        }
        if (podUid == null || key == null) {
            throw new IllegalArgumentException(
                    "POD_UID and AICC_CONTROL_PUBLIC_KEY: required, set by the operator in a worker's pod (LEGACY_FIXED_PORTS=true does without)");
        }
        return new Commanded(port, ControlToken.publicKey(key), podUid);
    }

    private static List<Destination> outputs(Settings settings) {
        return settings.parsed(
                "AICC_OUTPUTS",
                "JSON array of {name, url, clientId, keyFile, permissions}",
                "[]",
                "Receivers of the transcript; each keyFile holds the key that signs its JWT: a private key (PKCS #8 PEM; RSA, EC P-256, Ed25519) or at least 32 shared bytes; it may be replaced at any time. permissions, an array, is what the JWT claims; without it, [\"send_transcripts\"]",
                WorkerConfig::destinations,
                List.of());
    }

    private static Network network(Settings settings) {
        Optional<InetSocketAddress> proxy = settings.parsed(
                "AICC_OUTPUT_PROXY",
                "http://host:port",
                "",
                "HTTP proxy (CONNECT) on the way to wss:// receivers; ws:// is direct",
                value -> value.isEmpty() ? Optional.empty() : Optional.of(Network.proxy(value)),
                Optional.empty());
        List<X509Certificate> trusted = settings.parsed(
                "AICC_OUTPUT_CA",
                "certificates (PEM)",
                "",
                "What the certificates of wss:// receivers must descend from, the text itself; empty: what the JDK trusts",
                value -> value.isEmpty() ? List.of() : Network.certificates(value),
                List.of());
        return new Network(proxy.orElse(null), trusted);
    }

    private static List<Destination> destinations(String json) {
        try {
            return Arrays.stream(JSON.readValue(json, Output[].class))
                    .map(Output::destination)
                    .toList();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "must be a JSON array of {name, url, clientId, keyFile, permissions}: " + e.getOriginalMessage(),
                    e);
        }
    }

    private record Output(
            String name,
            String url,
            String clientId,
            String keyFile,
            @Nullable List<String> permissions) {
        Output {
            if (Stream.of(name, url, clientId, keyFile).anyMatch(Objects::isNull)) {
                throw new IllegalArgumentException("name, url, clientId and keyFile are required");
            }
        }

        Destination destination() {
            return new Destination(
                    name,
                    URI.create(url),
                    clientId,
                    KeySource.file(Path.of(keyFile)),
                    Objects.requireNonNullElse(permissions, Destination.PERMISSIONS));
        }
    }

    private static List<String> commaSeparated(String value) {
        return Arrays.stream(value.split(","))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }
}
