package io.aicc.e2e.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.e2e.kube.CommandResult;
import io.aicc.e2e.kube.RealApiServer;
import io.aicc.e2e.kube.RealApiServerExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Helm makes of the charts and of the values that it is given, before any of it is installed. */
@ExtendWith(RealApiServerExtension.class)
class ChartRenderingIT {
    private static final Path ROOT = Path.of(System.getProperty("aicc.root"));
    private static final Path RESOURCES = ROOT.resolve("e2e/src/test/resources");
    private static final String API = ROOT.resolve("helm/aicc-crds").toString();
    private static final String CHART = ROOT.resolve("helm/aicc").toString();
    private static final String DEV = ROOT.resolve("helm/aicc/values-dev.yaml").toString();
    private static final String REQUIRED =
            RESOURCES.resolve("helm/required.yaml").toString();

    private final RealApiServer server;

    ChartRenderingIT(RealApiServer server) {
        this.server = server;
    }

    @Test
    void chartsAreWithoutFaults() {
        server.helm("lint", "--strict", API).orFail();
        server.helm("lint", "--strict", CHART, "-f", REQUIRED).orFail();
        server.helm("lint", "--strict", CHART, "-f", DEV).orFail();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            helm-production.yaml | -f REQUIRED
            helm-dev.yaml        | -f DEV --set podMonitor.enabled=true,podMonitor.labels.release=prometheus,prometheusRule.enabled=true
            """)
    void chartRendersAsAgreed(String golden, String arguments) throws IOException {
        String rendered =
                template(arguments).orFail().replaceAll("(control-key.pem:) [A-Za-z0-9+/=]{40,}", "$1 RANDOM");
        Path file = RESOURCES.resolve("golden").resolve(golden);
        if (Boolean.getBoolean("golden.write")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, rendered);
        }

        assertThat(file)
                .exists()
                .content()
                .as("rewrite with mvn -pl e2e -am test -Dtest=ChartRenderingIT -Dgolden.write=true")
                .isEqualTo(rendered);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pool.colour=blue                                  | at '/pool': additional properties 'colour' not allowed
            pool.outputs[0].url=https://crm.example.com       | at '/pool/outputs/0/url'
            pool.outputs[1].name=second                       | at '/pool/outputs/1': missing properties 'url', 'clientId', 'secretRef'
            pool.outputs=                                     | pool.outputs: name at least one receiver
            pool.allowedRtpSources={everywhere}               | at '/pool/allowedRtpSources/0'
            pool.allowedRtpSources=                           | pool.allowedRtpSources: name the networks (CIDR)
            pool.ports.from=20001                             | at '/pool/ports/from': multipleOf
            pool.ports.to=30001                               | at '/pool/ports/to': maximum
            pool.speech.credentialsSecret=Not_A_Name          | at '/pool/speech/credentialsSecret'
            pool.outputCa.configMap=a,pool.outputCa.secret=b  | pool.outputCa: name a configMap or a secret, one of the two
            pool.scheduling.tolerations[0].effect=Sometimes   | at '/pool/scheduling/tolerations/0/effect'
            pool.networkMode=HostNetwork                      | at '/pool/networkMode': value must be one of 'PodIP', 'HostPort'
            pool.settings.AICC_DRAIN_SECONDS=5                | at '/pool/settings/AICC_DRAIN_SECONDS': got number, want string
            pool.settings.AICC_STT_ENGINE=google              | pool.settings: AICC_STT_ENGINE is the operator's to set
            pool.settings.AICC_OUTBOX_DIR=/tmp                | pool.settings: AICC_OUTBOX_DIR is the operator's to set
            pool.speech.engine=google                         | pool.settings: engine google needs AICC_GOOGLE_PROJECT
            pool.speech.engine=vosk                           | pool.settings: engine vosk needs AICC_VOSK_URL
            pool.speech.engine=whisper                        | at '/pool/speech/engine': value must be one of 'google', 'sphinx', 'vosk'
            pool.warm.min=60                                  | pool.warm.min: expected at most pool.warm.max, 50, got 60
            pool.ports.from=29998,pool.ports.to=20001         | pool.ports.to: expected an odd port above pool.ports.from, 29998, got 20001
            pool.allowedRtpSources={999.0.0.0/99}             | at '/pool/allowedRtpSources/0'
            pool.outputs[1].name=crm,pool.outputs[1].url=ws://b,pool.outputs[1].clientId=b,pool.outputs[1].secretRef=b | pool.outputs[1].name: crm is the name of another output too
            pool.ports.nodes=3                                | pool.ports.nodes: more than 1 is for networkMode HostPort
            imagePullSecrets={registry}                       | at '/imagePullSecrets/0': got string, want object
            operator.replicas=0                               | at '/operator/replicas': minimum
            operator.image.digest=latest                      | at '/operator/image/digest'
            operator.settings.PATH=/bin                       | at '/operator/settings': additional properties 'PATH' not allowed
            operator.settings.AICC_NAMESPACE=other            | operator.settings: AICC_NAMESPACE is the chart's to set
            pbxs[0].url=http://me:secret@pbx:8088             | at '/pbxs/0/url'
            pbxs[0].password=secret                           | at '/pbxs/0': additional properties 'password' not allowed
            pbxs[1].name=seoul-2,pbxs[1].url=https://b,pbxs[1].username=b,pbxs[1].passwordSecret=b | pbxs: seoul and seoul-2
            pbxs[1].name=second                               | at '/pbxs/1': missing properties 'url', 'username', 'passwordSecret'
            pbxs[0].settings.AICC_PBX_NAME=other              | AICC_PBX_NAME is the chart's to set
            """)
    void aWrongValueIsRefusedByName(String value, String message) {
        String list = value.endsWith("=") ? "--set-json " + value + "[]" : "--set " + value;

        CommandResult result = template("-f REQUIRED " + list);

        assertThat(result.exitCode()).isNotZero();
        assertThat(result.errors()).contains(message);
    }

    @Test
    void workersMayReachTheirReceiversAndTheirRecogniserAndNothingElse() {
        String two = "--set pool.outputs[0].url=ws://a:8099/x --set networkPolicy.egressPorts={8443,8099}";

        assertThat(template("-f REQUIRED " + two + " --show-only templates/networkpolicies.yaml")
                        .orFail())
                .contains("their ports only.\n    - ports:\n        - port: 8099\n        - port: 8443\n");
        assertThat(template(
                                "-f REQUIRED --set pool.outputs[0].url=ws://[::1]/x,pool.speech.engine=google,pool.settings.AICC_GOOGLE_PROJECT=p")
                        .orFail())
                .contains("their ports only.\n    - ports:\n        - port: 443\n        - port: 80\n");
    }

    @Test
    void allThreeProgramsArePulledWithTheSecretsUnlessThePoolsTemplateSaysOthers() {
        String all = "-f REQUIRED --set imagePullSecrets[0].name=registry";
        String own = ",pool.podTemplate.spec.imagePullSecrets[0].name=own";

        assertThat(template(all).orFail().split("- name: registry\n", -1)).hasSize(4);
        assertThat(template(all + own).orFail()).contains("imagePullSecrets:\n        - name: own\n");
    }

    @Test
    void operatorAndControllersRunOnTheNodesThatTheirValuesSay() {
        String operator = "operator.nodeSelector.tier=control,operator.tolerations[0].operator=Exists";
        String controllers = "ari.affinity.podAffinity.x=y";
        String rendered =
                template("-f REQUIRED --set " + operator + "," + controllers).orFail();

        assertThat(rendered)
                .containsOnlyOnce(
                        "      nodeSelector:\n        tier: control\n      tolerations:\n      - operator: Exists\n      topo")
                .containsOnlyOnce("      affinity:\n        podAffinity:\n          x: \"y\"\n      topo");
    }

    private CommandResult template(String arguments) {
        Stream<String> given = Arrays.stream(arguments.split(" "))
                .map(argument -> argument.equals("REQUIRED") ? REQUIRED : argument.equals("DEV") ? DEV : argument);
        return server.helm(Stream.concat(Stream.of("template", "aicc", CHART, "--namespace", "calls"), given)
                .toArray(String[]::new));
    }
}
