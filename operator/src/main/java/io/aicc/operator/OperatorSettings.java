package io.aicc.operator;

import io.aicc.operator.kube.Election;
import io.aicc.runtime.LogConfigurator;
import io.aicc.runtime.ManagementServer.Endpoints;
import io.aicc.runtime.Settings;
import java.nio.file.Path;

/**
 * How the operator is told to run.
 *
 * @param namespace whose sessions, pools and pods are ours
 * @param controlKey file with the private key that our orders are signed with
 * @param election whether several of us may run, one leading
 */
record OperatorSettings(String namespace, Path controlKey, Election election, Endpoints endpoints) {

    static OperatorSettings from(Settings settings) {
        LogConfigurator.declare(settings);
        return new OperatorSettings(
                settings.text("AICC_NAMESPACE", null, "Namespace of the CallSessions, WorkerPools and worker pods"),
                settings.path(
                        "AICC_CONTROL_KEY_FILE",
                        null,
                        "Ed25519 private key (PKCS #8 PEM, openssl genpkey -algorithm ed25519) that signs orders to workers"),
                Election.from(settings, "aicc-operator"),
                Endpoints.from(settings));
    }
}
