package io.aicc.operator.ari.link;

import ch.loway.oss.ari4java.tools.HttpParam;
import ch.loway.oss.ari4java.tools.HttpResponse;
import ch.loway.oss.ari4java.tools.RestException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * ari4java's requests over the JDK's client: connections are kept, every wait has a limit, and the caller waits, on a virtual
 * thread of its own. Thread-safe.
 */
final class AriRequests implements WaitingClient {
    /** The PBX answers in milliseconds; one that takes longer than this is in trouble. */
    static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Well below Asterisk's sessionlimit of 100, which others use too. */
    private static final int AT_ONCE = 32;

    /** A list of 10,000 channels is about 8 MB. */
    private static final long LONGEST_ANSWER_BYTES = 32 << 20;

    private final HttpClient http;
    private final PbxAddress pbx;
    private final Duration timeout;
    private final Semaphore places = new Semaphore(AT_ONCE, true);

    AriRequests(HttpClient http, PbxAddress pbx) {
        this(http, pbx, TIMEOUT);
    }

    /** @param timeout for a whole answer */
    AriRequests(HttpClient http, PbxAddress pbx, Duration timeout) {
        this.http = http;
        this.pbx = pbx;
        this.timeout = timeout;
    }

    @Override
    public String httpActionSync(
            String path, String method, List<HttpParam> query, @Nullable String body, List<HttpResponse> errors)
            throws RestException {
        try {
            if (!places.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RestException("no place for a request within " + timeout.toMillis() + " ms");
            }
            try {
                return answer(send(request(path, method, query, body)));
            } finally {
                places.release();
            }
        } catch (IOException e) {
            throw new RestException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RestException(e);
        }
    }

    /** Path and query of a request, as ari4java gives them. */
    static String pathAndQuery(String path, @Nullable List<HttpParam> query) {
        String parameters = query == null
                ? ""
                : query.stream()
                        .filter(parameter -> parameter.getValue() != null
                                && !parameter.getValue().isEmpty())
                        .map(parameter -> parameter.getName() + "=" + encoded(parameter.getValue()))
                        .collect(Collectors.joining("&"));
        return parameters.isEmpty() ? path : path + "?" + parameters;
    }

    private HttpRequest request(String path, String method, List<HttpParam> query, @Nullable String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(pbx.http(pathAndQuery(path, query)))
                .timeout(timeout)
                .header("Authorization", pbx.authorization());
        if (body == null || body.isEmpty()) {
            return request.method(method, BodyPublishers.noBody()).build();
        }
        return request.header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build();
    }

    /**
     * A connection that was kept may be closed by the other side just then. The request is sent once more: everything we ask
     * for has an id of our choice, so that twice is once.
     */
    private java.net.http.HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        var body = BodyHandlers.limiting(BodyHandlers.ofString(StandardCharsets.UTF_8), LONGEST_ANSWER_BYTES);
        try {
            return whole(http.sendAsync(request, body));
        } catch (HttpTimeoutException | ConnectException e) {
            throw e;
        } catch (IOException e) {
            return whole(http.sendAsync(request, body));
        }
    }

    /** The request's own timeout is over with the first line of the answer: the rest could take for ever. */
    private <T> T whole(CompletableFuture<T> answer) throws IOException, InterruptedException {
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("no whole answer within " + timeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new IOException(e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    private static String answer(java.net.http.HttpResponse<String> response) throws RestException {
        if (response.statusCode() / 100 == 2) {
            return response.body();
        }
        throw new RestException(response.body(), response.statusCode());
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
