package io.aicc.worker;

import io.aicc.crd.Codec;
import io.aicc.runtime.Health;
import io.aicc.runtime.ManagementServer;
import io.aicc.runtime.ProcessMetrics;
import io.aicc.runtime.Program;
import io.aicc.runtime.Settings;
import io.aicc.runtime.Tasks;
import io.aicc.wire.control.CallAssignment;
import io.aicc.worker.call.LiveCall;
import io.aicc.worker.call.WorkerParts;
import io.aicc.worker.control.ControlServer;
import io.aicc.worker.control.ControlToken;
import io.aicc.worker.rtp.RtpReceiver;
import io.aicc.worker.speech.SpeechEngine;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The program that handles exactly one call. It starts warm (sockets bound, recogniser loaded), is told its call, hears it,
 * and stays until its pod is deleted.
 */
public final class CallWorker {
    private static final Duration TASK_GRACE = Duration.ofSeconds(5);
    private static final Duration REHEARSAL_WAIT = Duration.ofSeconds(1);

    private CallWorker() {}

    public static void main(String[] arguments) throws InterruptedException {
        int status = Program.run("call-worker", CallWorker::build);
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Every setting, for the reference. */
    public static List<Settings.Declared> settings() {
        return Settings.describe(WorkerConfig::read);
    }

    /**
     * Puts the worker together and starts it; what is added last stops first.
     *
     * @throws Exception when it cannot start; the message says why in one line
     */
    public static void build(Map<String, String> environment, Program program) throws Exception {
        WorkerConfig config = Settings.load(environment, WorkerConfig::read);
        AotCache.tellIfUnused();
        Clock clock = Clock.systemUTC();
        ProcessMetrics metrics = program.add("metrics", new ProcessMetrics());
        Health health = new Health();
        Tasks tasks = program.add("tasks", new Tasks(TASK_GRACE));
        RtpReceiver receiver =
                program.add("receiver", RtpReceiver.bind(config.rtp(), tasks, metrics.registry(), System::nanoTime));
        SpeechEngine engine = config.engine().create(metrics.registry());
        WorkerParts parts =
                new WorkerParts(receiver, engine, config.outputs(), config.call(), tasks, metrics.registry(), clock);
        LiveCall call = program.add("call", new LiveCall(parts));
        WorkerConfig.Control control = config.control();
        if (control == null) {
            call.assign(legacyCall());
        } else {
            ControlToken token =
                    new ControlToken(control.operatorKey(), control.podUid(), () -> Date.from(clock.instant()));
            InetSocketAddress address = new InetSocketAddress(config.endpoints().address(), control.port());
            program.add("control", new ControlServer(address, token, call));
        }
        if (control != null) {
            // A machine that is too busy for it gets a worker all the same: the rehearsal goes on beside it.
            Thread rehearsal = tasks.start(
                    "rehearsal", () -> Rehearsal.play(config.outputs().directory()));
            boolean unused = rehearsal.join(REHEARSAL_WAIT);
        }
        health.live("tasks", tasks::health);
        health.ready("speech", engine::health);
        health.ready("call", () -> Health.State.up(call.report().state().name().toLowerCase(java.util.Locale.ROOT)));
        program.add("management", new ManagementServer(config.endpoints(), health, metrics.registry()));
    }

    /** One call without a control channel: it begins with the program and ends with it. */
    private static CallAssignment legacyCall() {
        String id = UUID.randomUUID().toString();
        return new CallAssignment(
                id, "legacy", "legacy-" + id, null, null, "en-US", Codec.ULAW, null, null, List.of(), 1, null, null);
    }
}
