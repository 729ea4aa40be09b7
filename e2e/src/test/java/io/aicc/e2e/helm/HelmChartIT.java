package io.aicc.e2e.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aicc.e2e.kube.CommandResult;
import io.aicc.e2e.kube.RealApiServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both charts, installed as the README says, in a namespace that enforces the "restricted" pod security
 * standard. On a cluster of its own: elsewhere the definitions are kubectl's, and Helm takes over nothing by itself.
 */
@TestInstance(Lifecycle.PER_CLASS)
class HelmChartIT {
    private static final Path ROOT = Path.of(System.getProperty("aicc.root"));
    private static final Path RESOURCES = ROOT.resolve("e2e/src/test/resources");
    private static final String API = ROOT.resolve("helm/aicc-crds").toString();
    private static final String CHART = ROOT.resolve("helm/aicc").toString();
    private static final String REQUIRED =
            RESOURCES.resolve("helm/required.yaml").toString();
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** What may be asked for, in the words of {@code kubectl auth can-i}. */
    private static final Pattern REQUEST = Pattern.compile(
            "(?<verb>\\w+) (?<resource>\\w+)(/(?<name>\\S+))?( --subresource=(?<subresource>\\w+))?( --all-namespaces)?");

    private static final Map<String, String> GROUPS = Map.of(
            "callsessions", "aicc.io",
            "workerpools", "aicc.io",
            "leases", "coordination.k8s.io",
            "rolebindings", "rbac.authorization.k8s.io");

    private final RealApiServer server = RealApiServer.start();
    private String namespace = "";
    private String notes = "";

    @BeforeAll
    void install() {
        namespace = server.newNamespace("helm");
        server.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
                .orFail();
        helm("install", "aicc-crds", API, "--wait").orFail();
        notes = helm("install", "aicc", CHART, "-f", REQUIRED).orFail();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void helmSaysWhatIsMissingAndWhatToDoNext() {
        assertThat(notes)
                .contains(
                        "Missing: Secret \"crm-receiver\", which signs the tokens for receiver \"crm\"",
                        "kubectl -n " + namespace + " create secret generic crm-receiver --from-file=jwt-key=",
                        "kubectl -n " + namespace + " rollout status deployment/aicc-operator");
    }

    @Test
    void objectsAreThereAndTheirColumnsTellHowTheyStand() {
        String[] pools = kubectl("get", "workerpools").orFail().split("\n");

        assertThat(pools[0].split("\\s{2,}")).containsExactly("NAME", "WARM", "BUSY", "MAX", "PORTSFREE", "AGE");
        assertThat(pools[1]).startsWith("default ");
        assertThat(kubectl("get", "workerpools", "-o", "wide").orFail()).contains("sphinx", "aicc/call-worker:0.1.0");
        assertThat(kubectl("get", "deployment,pdb,networkpolicy,role,rolebinding,sa,secret", "-o", "name")
                        .orFail()
                        .lines())
                .contains(
                        "deployment.apps/aicc-operator",
                        "deployment.apps/aicc-ari-seoul",
                        "networkpolicy.networking.k8s.io/aicc-ari-seoul",
                        "role.rbac.authorization.k8s.io/aicc-ari-seoul",
                        "rolebinding.rbac.authorization.k8s.io/aicc-ari-seoul",
                        "serviceaccount/aicc-ari-seoul",
                        "poddisruptionbudget.policy/aicc-operator",
                        "poddisruptionbudget.policy/aicc-call-worker-default",
                        "networkpolicy.networking.k8s.io/aicc-operator",
                        "networkpolicy.networking.k8s.io/aicc-call-worker-default",
                        "role.rbac.authorization.k8s.io/aicc-operator",
                        "rolebinding.rbac.authorization.k8s.io/aicc-operator",
                        "serviceaccount/aicc-operator",
                        "secret/aicc-control-key");
    }

    /** A pod that broke the standard would be refused, and the ReplicaSet would have none. */
    @Test
    void operatorsAndControllersFitTheRestrictedStandard() {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(pods("aicc-operator")).hasSize(2));
        await().atMost(LIMIT).untilAsserted(() -> assertThat(pods("aicc-ari")).hasSize(2));
    }

    @Test
    void controlKeyIsMadeOnceAndOutlivesUpgrades() throws GeneralSecurityException {
        String made = controlKey();

        helm("upgrade", "aicc", CHART, "-f", REQUIRED, "--set", "pool.maxWorkers=42")
                .orFail();

        assertThat(kubectl("get", "workerpool", "default", "-o", "jsonpath={.spec.maxWorkers}")
                        .orFail())
                .isEqualTo("42");
        assertThat(controlKey()).isEqualTo(made);
        String pem = new String(Base64.getDecoder().decode(made), StandardCharsets.US_ASCII);
        assertThat(pem).startsWith("-----BEGIN PRIVATE KEY-----\n");
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        assertThat(KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der)))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "list callsessions",
                "watch callsessions",
                "delete callsessions",
                "patch callsessions --subresource=status",
                "list workerpools",
                "watch workerpools",
                "use workerpools/default",
                "patch workerpools --subresource=status",
                "list pods",
                "watch pods",
                "create pods",
                "patch pods",
                "delete pods",
                "deletecollection pods",
                "create leases",
                "get leases/aicc-operator",
                "update leases/aicc-operator",
                "patch leases/aicc-operator",
                "create configmaps",
                "get configmaps/aicc-operator",
                "patch configmaps/aicc-operator",
                "create events"
            })
    void theOperatorMay(String request) {
        assertThat(may("aicc-operator", request)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get secrets",
                "list secrets",
                "get secrets/aicc-control-key",
                "get pods",
                "create pods --subresource=exec",
                "get pods --subresource=log",
                "create pods --subresource=eviction",
                "create callsessions",
                "patch callsessions",
                "update callsessions --subresource=status",
                "use workerpools/another",
                "patch workerpools",
                "delete workerpools",
                "update leases/somebody-elses",
                "delete leases/aicc-operator",
                "patch events",
                "delete events",
                "get configmaps",
                "patch configmaps/aicc-ca",
                "update configmaps/aicc-operator",
                "delete configmaps/aicc-operator",
                "create serviceaccounts --subresource=token",
                "create rolebindings",
                "list pods --all-namespaces",
                "list callsessions --all-namespaces",
                "list namespaces --all-namespaces",
                "list nodes --all-namespaces"
            })
    void theOperatorMayNot(String request) {
        assertThat(may("aicc-operator", request)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "list callsessions",
                "watch callsessions",
                "create callsessions",
                "patch callsessions",
                "create leases",
                "get leases/aicc-ari-seoul",
                "patch leases/aicc-ari-seoul"
            })
    void theAriControllerMay(String request) {
        assertThat(may("aicc-ari-seoul", request)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get secrets",
                "get secrets/pbx-seoul",
                "list pods",
                "get callsessions",
                "delete callsessions",
                "update callsessions",
                "patch callsessions --subresource=status",
                "get workerpools",
                "update leases/aicc-ari-seoul",
                "get leases/aicc-ari-busan",
                "get leases/aicc-operator",
                "update leases/aicc-operator",
                "delete leases/aicc-ari-seoul",
                "list callsessions --all-namespaces"
            })
    void theAriControllerMayNot(String request) {
        assertThat(may("aicc-ari-seoul", request)).isFalse();
    }

    @Test
    void aPoolWithLiveCallsIsNotDeletedByMistake() {
        busy(2);

        await().atMost(LIMIT).untilAsserted(() -> {
            CommandResult refused = kubectl("delete", "workerpool", "default", "--dry-run=server");
            assertThat(refused.exitCode()).isNotZero();
            assertThat(refused.errors())
                    .contains("WorkerPool default serves 2 calls, and its workers go with it: wait for them to end,");
        });
        kubectl("annotate", "workerpool", "default", "aicc.io/end-calls=yes").orFail();
        kubectl("delete", "workerpool", "default", "--dry-run=server").orFail();
        kubectl("annotate", "workerpool", "default", "aicc.io/end-calls-").orFail();
        busy(0);
        kubectl("delete", "workerpool", "default", "--dry-run=server").orFail();
    }

    private void busy(int calls) {
        String status = "{\"status\":{\"busy\":" + calls + "}}";
        kubectl("patch", "workerpool", "default", "--subresource=status", "--type=merge", "-p", status)
                .orFail();
    }

    @Test
    void aWorkersAccountMayNothing() {
        assertThat(Stream.of("get pods", "get secrets", "list callsessions"))
                .noneMatch(request -> may("default", request));
    }

    /** The definitions go last of all and only by hand: every record of a call would go with them. */
    @Test
    void uninstallingTheApiKeepsItAndItsObjects() {
        assertThat(helm("uninstall", "aicc-crds").orFail()).contains("kept due to the resource policy");

        kubectl("get", "crd", "callsessions.aicc.io", "workerpools.aicc.io").orFail();
        kubectl("get", "workerpool", "default").orFail();
    }

    private CommandResult helm(String... arguments) {
        return server.helm(inNamespace(arguments));
    }

    private CommandResult kubectl(String... arguments) {
        return server.kubectl(inNamespace(arguments));
    }

    private String[] inNamespace(String... arguments) {
        return Stream.concat(Arrays.stream(arguments), Stream.of("--namespace", namespace))
                .toArray(String[]::new);
    }

    /** As {@code kubectl auth can-i} answers, without starting one for each question. */
    private boolean may(String account, String request) {
        Matcher asked = REQUEST.matcher(request);
        assertThat(asked.matches()).as(request).isTrue();
        String accounts = "system:serviceaccounts";
        SubjectAccessReview review = new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser("system:serviceaccount:" + namespace + ":" + account)
                .withGroups("system:authenticated", accounts, accounts + ":" + namespace)
                .withNewResourceAttributes()
                .withVerb(asked.group("verb"))
                .withGroup(GROUPS.getOrDefault(asked.group("resource"), ""))
                .withResource(asked.group("resource"))
                .withName(asked.group("name"))
                .withSubresource(asked.group("subresource"))
                .withNamespace(request.endsWith("--all-namespaces") ? null : namespace)
                .endResourceAttributes()
                .endSpec()
                .build();
        return server.client()
                .authorization()
                .v1()
                .subjectAccessReview()
                .create(review)
                .getStatus()
                .getAllowed();
    }

    private String controlKey() {
        return kubectl("get", "secret", "aicc-control-key", "-o", "jsonpath={.data.control-key\\.pem}")
                .orFail();
    }

    private List<Pod> pods(String program) {
        return server.client()
                .pods()
                .inNamespace(namespace)
                .withLabel("app.kubernetes.io/name", program)
                .list()
                .getItems();
    }
}
