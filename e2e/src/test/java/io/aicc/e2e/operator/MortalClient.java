package io.aicc.e2e.operator;

import io.aicc.e2e.operator.Crash.When;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way of a program to the API server: at one chosen request it breaks for good, before the server hears of the request or
 * after it has carried it out. What the program does from then on it does not hear of.
 */
final class MortalClient implements Interceptor {
    private final KubernetesClient client;
    private final CountDownLatch death = new CountDownLatch(1);
    private volatile @Nullable Crash crash;

    /** @param factory makes the client, with this in the way of its requests */
    MortalClient(Function<Interceptor, KubernetesClient> factory) {
        client = factory.apply(this);
    }

    KubernetesClient client() {
        return client;
    }

    void diesAt(Crash chosen) {
        crash = chosen;
    }

    boolean dead() {
        return death.getCount() == 0;
    }

    void awaitDeath() throws InterruptedException {
        if (!death.await(OperatorRig.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("the operator never came to " + crash);
        }
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        dieAt(When.BEFORE, request);
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        dieAt(When.AFTER, request);
    }

    private void dieAt(When now, HttpRequest request) {
        Crash chosen = crash;
        if (chosen != null && chosen.when() == now && chosen.step().is(request)) {
            death.countDown();
        }
        dieIfDead();
    }

    private void dieIfDead() {
        if (dead()) {
            throw new IllegalStateException("killed");
        }
    }
}
