package io.aicc.operator.ari;

import io.aicc.operator.ari.call.CallPolicy;
import io.aicc.operator.ari.link.PbxAddress;
import io.aicc.operator.kube.Election;
import io.aicc.runtime.LogConfigurator;
import io.aicc.runtime.ManagementServer.Endpoints;
import io.aicc.runtime.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * How the controller is told to run.
 *
 * @param namespace where the CallSessions are made
 * @param policy what is wanted of calls
 * @param portBudget RTP ports of the PBX that may be in use before calls go untapped
 * @param maxCalls of the PBX that may be tapped at once
 * @param sessionTtl how long sessions live on without a word from the PBX
 * @param snapshots how often the whole PBX is looked at
 */
record AriSettings(
        PbxAddress pbx,
        String namespace,
        CallPolicy policy,
        int portBudget,
        int maxCalls,
        Duration sessionTtl,
        Duration snapshots,
        Election election,
        Endpoints endpoints) {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?");
    private static final Pattern APP = Pattern.compile("[a-z][a-z0-9_]{0,30}");
    private static final URI NOWHERE = URI.create("http://127.0.0.1:8088");

    static AriSettings from(Settings settings) {
        LogConfigurator.declare(settings);
        URI url = settings.parsed(
                "ARI_URL",
                "URL",
                null,
                "Where the PBX answers ARI, such as https://pbx.example:8089; what follows the port goes before /ari",
                PbxAddress::url,
                NOWHERE);
        String username = settings.text("ARI_USERNAME", null, "User of ari.conf");
        var password = settings.secret("ARI_PASSWORD", "Password of that user");
        String authorities = settings.optionalText(
                "AICC_ARI_CA_FILE", "Certificates (PEM) to trust at an https ARI_URL instead of the JDK's");
        String pbx = settings.parsed(
                "AICC_PBX_NAME",
                "DNS label",
                "pbx",
                "Name of the PBX, part of its sessions' names; at most 30 characters",
                text -> matching(LABEL, text, "must be at most 30 lower-case letters, digits and hyphens"),
                "pbx");
        String app = settings.parsed(
                "AICC_ARI_APP",
                "name",
                "aicc",
                "Stasis application of ours; installations that share a PBX need one each",
                text -> matching(APP, text, "must be at most 31 lower-case letters, digits and underscores"),
                "aicc");
        return new AriSettings(
                new PbxAddress(url, username, password, app, authorities == null ? null : Path.of(authorities)),
                settings.text("AICC_NAMESPACE", null, "Namespace of the CallSessions"),
                policy(settings, pbx, url, app),
                settings.integer(
                        "AICC_ARI_PORT_BUDGET",
                        8000,
                        0,
                        65_536,
                        "ports",
                        "RTP ports of the PBX that may be in use, 8 for a tapped call, before calls go untranscribed; keep it below what rtp.conf has"),
                settings.integer(
                        "AICC_ARI_MAX_CALLS",
                        5000,
                        0,
                        5000,
                        "calls",
                        "Calls of this PBX that have a session at once, the others go on untranscribed: where PBXs share a pool, none takes all its workers"),
                settings.seconds(
                        "AICC_ARI_SESSION_TTL_SECONDS",
                        3600,
                        1,
                        86_400,
                        "Sessions are ended when the PBX could not be reached for so long"),
                settings.seconds(
                        "AICC_ARI_SNAPSHOT_SECONDS",
                        30,
                        1,
                        3600,
                        "How often the whole PBX is looked at, and what nobody wants any more is removed"),
                Election.from(settings, "aicc-ari"),
                Endpoints.from(settings));
    }

    private static CallPolicy policy(Settings settings, String pbx, URI url, String app) {
        return new CallPolicy(
                pbx,
                url.getHost(),
                app,
                settings.text("AICC_ARI_LANGUAGE", "en-US", "Language of calls whose dialplan names none, BCP 47"),
                settings.text("AICC_ARI_POOL", "default", "WorkerPool that serves the calls"),
                settings.choice(
                        "AICC_ARI_SESSION_START",
                        CallPolicy.Start.class,
                        CallPolicy.Start.RINGING,
                        "When a worker is asked for: ringing (it is ready when somebody speaks) or answered"),
                settings.flag(
                        "AICC_ARI_EXACT_SOURCES",
                        true,
                        "Whether workers hear only the exact addresses that the PBX says it sends from; false where they are translated on the way"),
                settings.seconds(
                        "AICC_ARI_ALONE_SECONDS",
                        30,
                        1,
                        3600,
                        "How long a customer whom everybody has left may stay before the session ends"));
    }

    private static String matching(Pattern form, String text, String otherwise) {
        if (!form.matcher(text).matches()) {
            throw new IllegalArgumentException(otherwise);
        }
        return text;
    }
}
