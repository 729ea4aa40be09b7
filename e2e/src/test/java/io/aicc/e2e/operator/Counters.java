package io.aicc.e2e.operator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

/**
 * What an operator program has counted of the calls that are over, as Prometheus would read it.
 *
 * @param port of its metrics
 */
record Counters(int port) {
    static Counters atFreePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return new Counters(socket.getLocalPort());
        }
    }

    /** Calls that ended, those whose duration is known, and packets of both speakers. */
    record Tally(int calls, int durations, int customerPackets, int agentPackets) {
        /** As {@link io.aicc.demo.played.PlayedWorker} counts. */
        static final Tally ONE_CALL = new Tally(1, 1, 100, 90);

        Tally times(int factor) {
            return new Tally(calls * factor, durations * factor, customerPackets * factor, agentPackets * factor);
        }
    }

    Tally read() {
        return read("ended");
    }

    /** @param status of the calls; all else is of calls of any */
    Tally read(String status) {
        List<String> samples = metrics().lines().toList();
        return new Tally(
                value(samples, "aicc_calls_total{status=\"%s\"}".formatted(status)),
                value(samples, "aicc_call_duration_seconds_count"),
                value(samples, "aicc_udp_packets_total{stream=\"customer\"}"),
                value(samples, "aicc_udp_packets_total{stream=\"agent\"}"));
    }

    /** What one sample says now. */
    int sample(String nameAndLabels) {
        return value(metrics().lines().toList(), nameAndLabels);
    }

    private static int value(List<String> samples, String sample) {
        return samples.stream()
                .filter(line -> line.startsWith(sample + " "))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .mapToInt(value -> (int) Double.parseDouble(value))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + sample));
    }

    /** Whether the totals are shown at all: by whoever leads. */
    boolean shown() {
        return metrics().contains("\naicc_calls_total{");
    }

    private String metrics() {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
