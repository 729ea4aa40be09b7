package io.aicc.operator.kube;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.net.HttpURLConnection;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to the API server, which may be away at any time and for as long as it likes. */
public final class Connection {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    /** The client doubles it five times at most: a watch is open again 3.2 s after the server is back, not 32. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    private static final Duration KNOCK = Duration.ofMillis(500);

    private Connection() {}

    /** To the cluster that a kubeconfig or a service account names. */
    public static KubernetesClient open() {
        return open(Config.autoConfigure(null));
    }

    /** The same to a cluster that the caller knows. */
    public static KubernetesClient open(Config config) {
        JsonMapper json = new JsonMapper();
        json.addMixIn(ObjectMeta.class, LeanMeta.class);
        return new KubernetesClientBuilder()
                .withConfig(patient(config))
                .withKubernetesSerialization(new KubernetesSerialization(json, true))
                .build();
    }

    /** Who wrote which field is nothing to us, may be long, and takes many times its length as objects: it is not even read. */
    @JsonIgnoreProperties("managedFields")
    private interface LeanMeta {}

    /** With pauses between attempts that fit those who wait for us. */
    public static Config patient(Config config) {
        return new ConfigBuilder(config)
                .withWatchReconnectInterval((int) FIRST_PAUSE.toMillis())
                .build();
    }

    /**
     * Returns when the API server answers. A program that ended instead would be started again after pauses that grow to
     * minutes, and calls would wait for it long after the server is back.
     */
    public static void await(KubernetesClient client) throws InterruptedException {
        for (boolean told = false; !answers(client); told = true) {
            if (!told) {
                log.atWarn()
                        .addKeyValue("server", client.getMasterUrl())
                        .log("api server is not reached, waiting for it");
            }
            Thread.sleep(KNOCK);
        }
    }

    private static boolean answers(KubernetesClient client) {
        try {
            var _ = client.getKubernetesVersion();
            return true;
        } catch (KubernetesClientException e) {
            // Whatever it has against us, it is there: our first real request will say it better.
            return e.getCode() > 0 && e.getCode() < HttpURLConnection.HTTP_INTERNAL_ERROR;
        }
    }
}
