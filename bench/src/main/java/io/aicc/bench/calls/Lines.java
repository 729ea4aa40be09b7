package io.aicc.bench.calls;

import io.aicc.demo.DemoSystem;
import io.aicc.demo.player.CallFailedException;
import io.aicc.demo.player.CallScript;
import io.aicc.demo.player.PlayedCall;
import io.aicc.demo.receiver.Transcript;
import io.aicc.demo.receiver.Transcript.Completeness;
import io.aicc.demo.script.Conversation;
import io.aicc.wire.event.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** So many telephone lines, each with one call after the other until the time is up. */
final class Lines {
    /** Between the first calls of two lines: a worker's first seconds cost as much as a minute of its call. */
    private static final Duration APART = Duration.ofSeconds(1);

    private final DemoSystem system;
    private final List<Conversation> conversations;
    private final Hearing hearing;
    private final Plan plan;
    private final AtomicInteger numbers = new AtomicInteger();
    private final List<Over> calls = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    /**
     * How much is talked.
     *
     * @param lines calls at the same time
     * @param duration of the whole
     * @param talk of one call; the first of each line is shorter, so that not all hang up at once, and begins after that of the
     *     line before it
     */
    record Plan(int lines, Duration duration, Duration talk) {}

    /** A call that is over. */
    record Over(PlayedCall call, Completeness proof) {}

    Lines(DemoSystem system, List<Conversation> conversations, Hearing hearing, Plan plan) {
        this.system = system;
        this.conversations = conversations;
        this.hearing = hearing;
        this.plan = plan;
    }

    /** Talks on all lines, and returns when nobody does any more. */
    void talk() throws InterruptedException, IOException {
        long end = System.nanoTime() + plan.duration().toNanos();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> lines = new ArrayList<>();
            for (int line = 0; line < plan.lines(); line++) {
                int number = line;
                lines.add(threads.submit(() -> {
                    talk(number, end);
                    return null;
                }));
            }
            for (Future<?> line : lines) {
                line.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("a line broke down: " + e.getCause(), e);
        }
    }

    /** Calls that were served to their end. */
    synchronized List<Over> calls() {
        return List.copyOf(calls);
    }

    /** What became of each of the others. */
    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    private void talk(int line, long end) throws InterruptedException, IOException {
        Thread.sleep(APART.multipliedBy(line));
        Duration next = plan.talk().multipliedBy(line + 1L).dividedBy(plan.lines());
        for (int round = 0; ; round++) {
            Conversation conversation = conversations.get((line + round) % conversations.size());
            Duration left = Duration.ofNanos(end - System.nanoTime());
            Duration length = next.compareTo(left) < 0 ? next : left;
            int times = (int) length.dividedBy(Duration.ofMillis(conversation.durationMs()));
            if (round > 0 && times == 0) {
                return;
            }
            call(new Talk(numbers.incrementAndGet(), conversation, Math.max(1, times)));
            next = plan.talk();
        }
    }

    private void call(Talk talk) throws InterruptedException, IOException {
        CallScript script = new CallScript(
                talk.callId(),
                "+1 555 0100",
                "agent-" + talk.number(),
                "en-US",
                hearing.voice(talk, Channel.CUSTOMER),
                hearing.voice(talk, Channel.AGENT));
        try {
            PlayedCall call = system.player().repeating(talk.times()).play(script);
            system.receiver()
                    .transcripts()
                    .find(call.session().getMetadata().getUid())
                    .ifPresentOrElse(
                            transcript -> over(talk, call, transcript),
                            () -> failed(talk.callId() + ": the receiver never heard of it"));
        } catch (CallFailedException e) {
            failed(talk.callId() + ": " + e.getMessage());
        }
    }

    private void over(Talk talk, PlayedCall call, Transcript transcript) {
        hearing.judge(talk, transcript);
        synchronized (this) {
            calls.add(new Over(call, transcript.completeness()));
        }
    }

    private synchronized void failed(String what) {
        failures.add(what);
    }
}
