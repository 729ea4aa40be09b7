package io.aicc.worker;

import io.aicc.runtime.Health;
import io.aicc.runtime.ManagementServer;
import io.aicc.runtime.ProcessMetrics;
import io.aicc.runtime.Program;
import io.aicc.runtime.Settings;
import io.aicc.runtime.Tasks;
import io.aicc.worker.control.ControlServer;
import io.aicc.worker.control.ControlToken;
import io.micrometer.core.instrument.FunctionCounter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The program that handles exactly one call. It starts warm (sockets bound, recogniser loaded), is told its call, hears it,
 * and stays until its pod is deleted.
 */
public final class CallWorker {
    private static final Duration TASK_GRACE = Duration.ofSeconds(5);

    /** Besides what the last words may take. */
    private static final Duration CALL_GRACE = Duration.ofSeconds(5);

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
        ProcessMetrics metrics = program.add("metrics", new ProcessMetrics());
        Health health = new Health();
        Tasks tasks = program.add("tasks", new Tasks(TASK_GRACE));
        health.live("tasks", tasks::health);
        FunctionCounter.builder("aicc_tasks_failed", tasks, Tasks::failures)
                .description(
                        "Tasks of the program that failed, and it is not alive any more then; or steps of one, which goes on: defects")
                .register(metrics.registry());
        Duration callLimit = config.call().drain().plus(CALL_GRACE);
        // What nobody has to wait for: whoever needs the worker at once is served, a little more slowly.
        Runnable onceReady = () -> {};
        switch (config.calls()) {
            case WorkerConfig.Commanded commanded -> {
                // Reports until the call has stopped: words that are delivered by then are not lost.
                ControlServer control = program.add("control", control(config, commanded));
                OneCall call = program.add("call", OneCall.prepare(config, tasks, metrics.registry()), callLimit);
                control.serve(call.live());
                tell(health, () -> call);
                HandOverRehearsal rehearsal =
                        new HandOverRehearsal(config.outputs().directory(), call::isAssigned);
                health.ready("rehearsal", rehearsal::health);
                onceReady = () -> tasks.start("rehearsal", rehearsal::play);
            }
            case WorkerConfig.Overheard overheard -> {
                CallAfterCall calls = new CallAfterCall(config, overheard.silence(), tasks, metrics.registry());
                program.add("calls", calls, callLimit);
                calls.begin();
                tell(health, calls::current);
            }
        }
        program.add("management", new ManagementServer(config.endpoints(), health, metrics.registry()));
        onceReady.run();
    }

    private static ControlServer control(WorkerConfig config, WorkerConfig.Commanded commanded) throws IOException {
        ControlToken token =
                new ControlToken(commanded.operatorKey(), commanded.podUid(), () -> Date.from(Instant.now()));
        return new ControlServer(new InetSocketAddress(config.endpoints().address(), commanded.port()), token);
    }

    private static void tell(Health health, Supplier<OneCall> call) {
        health.ready("speech", () -> call.get().engine().health());
        health.ready(
                "call",
                () -> Health.State.up(call.get().live().report().state().name().toLowerCase(Locale.ROOT)));
    }
}
