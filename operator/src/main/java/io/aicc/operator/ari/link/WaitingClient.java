package io.aicc.operator.ari.link;

import ch.loway.oss.ari4java.tools.HttpClient;
import ch.loway.oss.ari4java.tools.HttpParam;
import ch.loway.oss.ari4java.tools.HttpResponse;
import ch.loway.oss.ari4java.tools.HttpResponseHandler;
import ch.loway.oss.ari4java.tools.RestException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What ari4java sends requests through, for requests that wait for their answers: ours all do. */
interface WaitingClient extends HttpClient {
    @Override
    default byte[] httpActionSyncAsBytes(
            String path, String method, List<HttpParam> query, @Nullable String body, List<HttpResponse> errors)
            throws RestException {
        return httpActionSync(path, method, query, body, errors).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    default void httpActionAsync(
            String path,
            String method,
            List<HttpParam> query,
            @Nullable String body,
            List<HttpResponse> errors,
            HttpResponseHandler handler,
            boolean binary) {
        throw new UnsupportedOperationException("requests wait for their answers here");
    }

    /** What connections there are belong to whoever made them. */
    @Override
    default void destroy() {}
}
