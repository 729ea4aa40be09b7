package io.aicc.demo;

import io.aicc.demo.player.CallFailedException;
import io.aicc.demo.player.CallPlacer;
import io.aicc.demo.player.CallScript;
import io.aicc.demo.player.PlayedCall;
import io.aicc.demo.report.DemoReport.Check;
import io.aicc.demo.report.PortWatch;
import io.aicc.demo.script.Conversation;
import io.aicc.wire.event.Channel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Conversations, played as calls at the same time. */
public final class DemoCalls {
    private static final Duration PORTS_LIMIT = Duration.ofSeconds(10);
    private static final int FIRST_AGENT = 1000;

    /** Programs that want a processor, for each that there is; two calls of the demo make one. */
    private static final int BUSY = 4;

    private final DemoSystem system;
    private final CallPlacer placer;
    private final String prefix;
    private final List<Conversation> conversations;

    /** Calls without a PBX, named after {@code prefix}, numbered from 1. */
    public DemoCalls(DemoSystem system, String prefix, List<Conversation> conversations) {
        this(system, system.player(), prefix, conversations);
    }

    /** Calls placed in some way; a PBX names them by itself. */
    public DemoCalls(DemoSystem system, CallPlacer placer, String prefix, List<Conversation> conversations) {
        this.system = system;
        this.placer = placer;
        this.prefix = prefix;
        this.conversations = List.copyOf(conversations);
    }

    /** Who answers the call of that number, counted from 1. */
    static String agentId(int number) {
        return Integer.toString(FIRST_AGENT + number);
    }

    /**
     * What became of a conversation.
     *
     * @param portsFreeMs from hang-up until its port pair could be leased again; −1 when it could not
     */
    public record Result(Conversation conversation, PlayedCall call, long portsFreeMs) {}

    /**
     * What became of them all.
     *
     * @param served those whose people talked to the end, in their order
     * @param failed a check that fails, for each of the others
     */
    public record Outcome(List<Result> served, List<Check> failed) {}

    /**
     * Plays them all and returns when the last is over.
     *
     * @throws IOException when a call could not be placed; the message says why
     */
    public Outcome play() throws IOException, InterruptedException {
        try (PortWatch ports = new PortWatch(system.operator()::freedPairs, InstantSource.system());
                ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<PlayedCall>> playing = new ArrayList<>();
            for (int i = 0; i < conversations.size(); i++) {
                CallScript script = script(i, conversations.get(i));
                playing.add(threads.submit(() -> placer.play(script)));
            }
            List<Conversation> talked = new ArrayList<>();
            List<PlayedCall> played = new ArrayList<>();
            List<Check> failed = new ArrayList<>();
            for (int i = 0; i < playing.size(); i++) {
                try {
                    played.add(result(playing.get(i)));
                    talked.add(conversations.get(i));
                } catch (CallFailedException e) {
                    failed.add(new Check(callId(i) + ": is served to its end", false, e.getMessage() + whereToLook()));
                }
            }
            List<Long> freeMs =
                    ports.await(played.stream().map(PlayedCall::hungUp).toList(), PORTS_LIMIT);
            List<Result> served = new ArrayList<>();
            for (int i = 0; i < played.size(); i++) {
                served.add(new Result(talked.get(i), played.get(i), freeMs.get(i)));
            }
            return new Outcome(served, failed);
        }
    }

    private PlayedCall result(Future<PlayedCall> call) throws CallFailedException, IOException, InterruptedException {
        try {
            return call.get();
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNull(e.getCause(), "a task fails of something");
            if (cause instanceof CallFailedException failure) {
                throw failure;
            }
            throw new IOException("a call failed: " + cause.getMessage() + whereToLook(), e);
        }
    }

    private String whereToLook() {
        return "; logs are in " + system.logs()
                + machineBusy().map("; "::concat).orElse("");
    }

    /** Where many wait for each processor, what fails fails of that. */
    private static Optional<String> machineBusy() {
        OperatingSystemMXBean machine = ManagementFactory.getOperatingSystemMXBean();
        double load = machine.getSystemLoadAverage();
        int processors = machine.getAvailableProcessors();
        return load < BUSY * processors
                ? Optional.empty()
                : Optional.of("this machine is too busy: load %.0f on %d processors".formatted(load, processors));
    }

    private String callId(int index) {
        return prefix + "-" + (index + 1);
    }

    private CallScript script(int index, Conversation conversation) {
        int number = index + 1;
        return new CallScript(
                callId(index),
                "+1 555 01%02d".formatted(number),
                agentId(number),
                "en-US",
                conversation.track(Channel.CUSTOMER),
                conversation.track(Channel.AGENT));
    }
}
