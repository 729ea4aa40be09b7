package io.aicc.demo.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

/** Objects as {@code kubectl get} prints them: the API server makes the cells, the client only lines them up. */
public final class Table {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String AS_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private static final int GAP = 3;

    private Table() {}

    /**
     * All objects of a kind in a namespace.
     *
     * @param path of the API, {@code apis/aicc.io/v1alpha1/namespaces/default/callsessions} for example
     */
    public static String of(KubernetesClient client, String path) throws IOException, InterruptedException {
        HttpRequest request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(URI.create(client.getMasterUrl() + path))
                .header("Accept", AS_TABLE)
                .build();
        try {
            HttpResponse<String> response =
                    client.getHttpClient().sendAsync(request, String.class).get();
            return layOut(JSON.readTree(response.body()));
        } catch (ExecutionException e) {
            throw new IOException("cannot list " + path + ": " + e.getMessage(), e);
        }
    }

    private static String layOut(JsonNode table) {
        List<Integer> shown = new ArrayList<>();
        List<String> head = new ArrayList<>();
        JsonNode columns = table.path("columnDefinitions");
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).path("priority").asInt() == 0) {
                shown.add(i);
                head.add(columns.get(i).path("name").asText().toUpperCase(Locale.ROOT));
            }
        }
        List<List<String>> rows = new ArrayList<>(List.of(head));
        for (JsonNode row : table.path("rows")) {
            rows.add(shown.stream()
                    .map(i -> row.path("cells").path(i).asText("").replaceAll("[\\p{Cc}\\p{Cf}]", "?"))
                    .toList());
        }
        return rows.stream().map(row -> line(row, rows)).collect(Collectors.joining("\n"));
    }

    private static String line(List<String> row, List<List<String>> rows) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            int column = i;
            int width =
                    rows.stream().mapToInt(r -> r.get(column).length()).max().orElse(0);
            line.append(row.get(i)).repeat(" ", width - row.get(i).length() + GAP);
        }
        return line.toString().stripTrailing();
    }
}
