package io.aicc.e2e.operator;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes watches begin where the server's memory does not reach, as after a compaction: it answers 410 Gone, and everything has
 * to be listed again.
 */
final class StaleWatches implements Interceptor {
    private static final String REVISION = "resourceVersion=\\d+";

    /** Of a server that has just been started no revision of pods is too old, but one of what was defined afterwards is. */
    private static final String PODS = "/api/v1/namespaces/([^/]+)/pods\\b";

    private static final String SINCE_LATER = "/apis/aicc.io/v1alpha1/namespaces/$1/workerpools";

    private final Set<String> listed = ConcurrentHashMap.newKeySet();
    private volatile boolean late;

    /** From now on every watch of a kind is too late until all of it was listed again. */
    void comeTooLate() {
        late = true;
    }

    /** Of which kinds all was listed since then: the last words of their paths. */
    Set<String> listedAgain() {
        return Set.copyOf(listed);
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        URI uri = request.uri();
        String kind = uri.getPath().substring(uri.getPath().lastIndexOf('/') + 1);
        boolean watch = String.valueOf(uri.getQuery()).contains("watch=true");
        if (late && watch && !listed.contains(kind)) {
            builder.uri(URI.create(
                    uri.toString().replaceFirst(PODS, SINCE_LATER).replaceFirst(REVISION, "resourceVersion=1")));
        } else if (late && !watch && request.method().equals("GET")) {
            listed.add(kind);
        }
    }
}
