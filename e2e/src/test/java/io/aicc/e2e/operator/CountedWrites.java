package io.aicc.e2e.operator;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a program asks of the API server, as it leaves the program. */
final class CountedWrites implements Interceptor {
    private final List<HttpRequest> requests = new CopyOnWriteArrayList<>();

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        requests.add(request);
    }

    /** What was written before does not count. */
    void startAnew() {
        requests.clear();
    }

    /** The queries of all lists of these that it asked for. */
    List<String> lists(String plural) {
        return requests.stream()
                .filter(request -> request.uri().getPath().endsWith("/" + plural))
                .filter(request -> request.method().equals("GET"))
                .map(request -> String.valueOf(request.uri().getQuery()))
                .filter(query -> !query.contains("watch=true"))
                .toList();
    }

    /** Requests of this method whose path has this in it. */
    int of(String method, String path) {
        return (int) requests.stream()
                .filter(request -> request.method().equals(method))
                .filter(request -> request.uri().getPath().contains(path))
                .count();
    }
}
