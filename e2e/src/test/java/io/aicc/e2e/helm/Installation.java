package io.aicc.e2e.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aicc.e2e.kube.AuditLog.Asked;
import io.aicc.e2e.kube.RealApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * The chart, installed in a namespace of its own on the API server that tests share, beside the definitions and the policies
 * that guard what programs may do. (Definitions there are kubectl's, and Helm takes over nothing by itself.)
 */
record Installation(RealApiServer server, String namespace) {
    private static final Path ROOT = Path.of(System.getProperty("aicc.root"));

    /** With the charts' defaults but for these values. */
    static Installation of(RealApiServer server, String... values) {
        Installation installation = new Installation(server, server.newNamespace("installed"));
        server.installDefinitions();
        for (String policies :
                new String[] {"pbx-calls.yaml", "own-leases.yaml", "worker-pods.yaml", "live-calls.yaml"}) {
            installation.guard(ROOT.resolve("helm/aicc-crds/templates").resolve(policies));
        }
        server.helm(
                        "install",
                        "aicc",
                        ROOT.resolve("helm/aicc").toString(),
                        "--namespace",
                        installation.namespace,
                        "-f",
                        ROOT.resolve("e2e/src/test/resources/helm/required.yaml")
                                .toString(),
                        "--set",
                        String.join(",", values))
                .orFail();
        return installation;
    }

    /** Policies of the chart aicc-crds, for this namespace alone: other tests share the server. */
    private void guard(Path file) {
        KubernetesClient admin = server.client();
        for (HasMetadata part : parts(file)) {
            part.getMetadata().setName(part.getMetadata().getName() + "." + namespace);
            switch (part) {
                case ValidatingAdmissionPolicy policy ->
                    policy.getSpec()
                            .getMatchConstraints()
                            .setNamespaceSelector(new LabelSelectorBuilder()
                                    .addToMatchLabels("kubernetes.io/metadata.name", namespace)
                                    .build());
                case ValidatingAdmissionPolicyBinding binding ->
                    binding.getSpec().setPolicyName(binding.getSpec().getPolicyName() + "." + namespace);
                default -> throw new IllegalStateException(file + " has a " + part.getKind());
            }
            admin.resource(part).create();
        }
    }

    private List<HasMetadata> parts(Path file) {
        try (InputStream yaml = Files.newInputStream(file)) {
            return server.client().load(yaml).items();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What kubectl says to somebody with every right. */
    String kubectl(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--namespace";
        all[arguments.length + 1] = namespace;
        return server.kubectl(all).orFail().strip();
    }

    /** A client with the rights of a service account and no others, by a token such as its pods have. */
    KubernetesClient as(String account) {
        String token = server.client()
                .serviceAccounts()
                .inNamespace(namespace)
                .withName(account)
                .tokenRequest()
                .getStatus()
                .getToken();
        Config config = new ConfigBuilder(
                        Config.fromKubeconfig(server.kubeconfig().toFile()))
                .withOauthToken(token)
                .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /** What a service account has asked of the server. */
    List<Asked> asked(String account) {
        return server.audit().asked("system:serviceaccount:" + namespace + ":" + account);
    }

    /** What the Role of a service account lets it do and it has never done. */
    Set<Right> unused(String account) {
        Set<Right> used = asked(account).stream().map(Right::of).collect(Collectors.toSet());
        return server.client().rbac().roles().inNamespace(namespace).withName(account).require().getRules().stream()
                .flatMap(Right::of)
                .filter(right -> !used.contains(right))
                .collect(Collectors.toSet());
    }

    /** The API server refuses this, and says why. */
    static void refused(ThrowingCallable request, String why) {
        assertThatThrownBy(request)
                .isInstanceOfSatisfying(KubernetesClientException.class, refusal -> assertThat(refusal.getCode())
                        .isEqualTo(403))
                .hasMessageContaining(why);
    }
}
