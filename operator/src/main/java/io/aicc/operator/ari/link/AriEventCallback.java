package io.aicc.operator.ari.link;

import ch.loway.oss.ari4java.generated.models.ApplicationReplaced;
import ch.loway.oss.ari4java.generated.models.Message;
import ch.loway.oss.ari4java.tools.AriConnectionEvent;
import ch.loway.oss.ari4java.tools.AriWSCallback;
import ch.loway.oss.ari4java.tools.RestException;
import io.aicc.operator.ari.link.LinkMetrics.Taken;
import io.aicc.operator.ari.pbx.PbxEvent;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection's events on their way to the listener. Whatever the PBX says, it goes on listening. */
final class AriEventCallback implements AriWSCallback<Message> {
    private static final Logger log = LoggerFactory.getLogger(AriEventCallback.class);

    /** What is listened for, as ARI calls it. */
    static final List<String> TYPES = Stream.concat(
                    Stream.of(ApplicationReplaced.class.getSimpleName()), AriTranslation.TYPES.stream())
            .toList();

    private final PbxListener listener;
    private final LinkMetrics metrics;
    private final Runnable onReplaced;
    private final CountDownLatch broken = new CountDownLatch(1);
    private volatile boolean opened;
    private volatile boolean over;
    private volatile boolean replaced;
    private volatile @Nullable RestException failure;

    /** @param onReplaced told at once when somebody else gets our events from now on */
    AriEventCallback(PbxListener listener, LinkMetrics metrics, Runnable onReplaced) {
        this.listener = listener;
        this.metrics = metrics;
        this.onReplaced = onReplaced;
    }

    /** Whether the connection broke, within that time. */
    boolean brokenWithin(Duration time) throws InterruptedException {
        return broken.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Why there is no connection; null when there is, or was. */
    @Nullable
    RestException failure() {
        return failure;
    }

    /** Whether somebody else has connected as our application: this connection is open, and nothing comes by it any more. */
    boolean replaced() {
        return replaced;
    }

    /** What comes late is not told any more. */
    void end() {
        over = true;
    }

    @Override
    public void onSuccess(@Nullable Message message) {
        if (over) {
            return;
        }
        if (message instanceof ApplicationReplaced) {
            over = true;
            replaced = true;
            metrics.event(Taken.USED);
            onReplaced.run();
            broken.countDown();
            return;
        }
        List<PbxEvent> events;
        try {
            events = AriTranslation.of(Objects.requireNonNull(message, "no message"));
        } catch (RuntimeException e) {
            unreadable(e); // An event without what it is about.
            return;
        }
        metrics.event(events.isEmpty() ? Taken.IGNORED : Taken.USED);
        if (!events.isEmpty()) {
            listener.events(events);
        }
    }

    @Override
    public void onFailure(RestException e) {
        if (opened) {
            unreadable(e);
        } else {
            failure = e;
        }
    }

    @Override
    public void onConnectionEvent(AriConnectionEvent event) {
        switch (event) {
            case WS_CONNECTED -> opened = true;
            case WS_DISCONNECTED -> broken.countDown();
        }
    }

    private void unreadable(Exception e) {
        metrics.event(Taken.UNREADABLE);
        log.atDebug().addKeyValue("problem", e.toString()).log("an event of the pbx is not readable");
    }
}
