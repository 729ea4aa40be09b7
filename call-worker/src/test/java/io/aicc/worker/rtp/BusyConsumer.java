package io.aicc.worker.rtp;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.aicc.worker.audio.AudioFrame;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Stays with its first frame until it may go on, and writes down what it is told. */
final class BusyConsumer implements FrameConsumer {
    /** First byte and place of each, {@code 7 at 140}. */
    final List<String> frames = new CopyOnWriteArrayList<>();

    /** Reason and place of each, {@code OVERLOAD 20-140}. */
    final List<String> gaps = new CopyOnWriteArrayList<>();

    final CountDownLatch isBusy = new CountDownLatch(1);
    final CountDownLatch mayGoOn = new CountDownLatch(1);
    final CountDownLatch ended = new CountDownLatch(1);

    void awaitBusy() throws InterruptedException {
        assertThat(isBusy.await(5, SECONDS)).isTrue();
    }

    void awaitEnd() throws InterruptedException {
        assertThat(ended.await(5, SECONDS)).isTrue();
    }

    @Override
    public void frame(AudioFrame frame) {
        isBusy.countDown();
        try {
            assertThat(mayGoOn.await(5, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        frames.add((frame.encoded()[0] & 0xFF) + " at " + frame.startMs());
    }

    @Override
    public void gap(GapReason reason, long startMs, long endMs) {
        gaps.add(reason + " " + startMs + "-" + endMs);
    }

    @Override
    public void idle(long nowMs) {}

    @Override
    public void end() {
        ended.countDown();
    }
}
