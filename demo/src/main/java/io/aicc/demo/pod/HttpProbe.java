package io.aicc.demo.pod;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.Probe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One {@code httpGet} probe of one process; not thread-safe. */
final class HttpProbe {
    private final HttpClient http;
    private final HttpRequest request;
    private final Duration period;
    private final int threshold;
    private int failures;

    private HttpProbe(HttpClient http, URI address, Probe probe) {
        this.http = http;
        this.request = HttpRequest.newBuilder(address)
                .timeout(Duration.ofSeconds(Objects.requireNonNullElse(probe.getTimeoutSeconds(), 1)))
                .build();
        this.period = Duration.ofSeconds(Objects.requireNonNullElse(probe.getPeriodSeconds(), 10));
        this.threshold = Objects.requireNonNullElse(probe.getFailureThreshold(), 3);
    }

    /** Null when there is no probe, or one of another kind than {@code httpGet}. */
    static @Nullable HttpProbe of(@Nullable Probe probe, Container container, String podIp, HttpClient http) {
        if (probe == null || probe.getHttpGet() == null) {
            return null;
        }
        HTTPGetAction get = probe.getHttpGet();
        int port = port(get, container);
        return new HttpProbe(
                http,
                URI.create("http://%s:%d%s".formatted(podIp, port, Objects.requireNonNullElse(get.getPath(), "/"))),
                probe);
    }

    Duration period() {
        return period;
    }

    /** How long it may fail in a row, asked at its own pace. */
    Duration patience() {
        return period.multipliedBy(threshold);
    }

    /** Asks once; true when the answer is a success (200 to 399). */
    boolean succeeds() throws InterruptedException {
        int code;
        try {
            code = http.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException unreachable) {
            code = 0;
        }
        boolean success = code >= 200 && code < 400;
        failures = success ? 0 : failures + 1;
        return success;
    }

    /** True when it failed so often in a row that it counts. */
    boolean failedForGood() {
        return failures >= threshold;
    }

    private static int port(HTTPGetAction get, Container container) {
        Integer number = get.getPort().getIntVal();
        if (number != null) {
            return number;
        }
        String name = get.getPort().getStrVal();
        return container.getPorts().stream()
                .filter(port -> name.equals(port.getName()))
                .map(ContainerPort::getContainerPort)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("probe of a port that is not declared: " + name));
    }
}
