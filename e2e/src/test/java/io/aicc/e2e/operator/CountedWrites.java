package io.aicc.e2e.operator;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Counts what a program writes to the API server, as it leaves the program. */
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

    /** Requests of this method whose path has this in it. */
    int of(String method, String path) {
        return (int) requests.stream()
                .filter(request -> request.method().equals(method))
                .filter(request -> request.uri().getPath().contains(path))
                .count();
    }
}
