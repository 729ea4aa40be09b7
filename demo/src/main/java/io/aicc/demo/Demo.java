package io.aicc.demo;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.aicc.demo.DemoSystem.PoolSize;
import io.aicc.demo.pbx.AsteriskFiles;
import io.aicc.demo.player.CallPlacer;
import io.aicc.demo.report.DemoReport;
import io.aicc.demo.report.DemoReport.Check;
import io.aicc.demo.report.Table;
import io.aicc.demo.report.Terminal;
import io.aicc.demo.script.Conversation;
import io.aicc.demo.script.ConversationLibrary;
import io.aicc.demo.script.ScriptException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The whole system in one command: starts it, places calls, shows their words, hangs up, and reports. */
public final class Demo {
    private static final int BAD_USAGE = 2;

    /** The project's own directory. */
    private static final Path PROJECT = Path.of(System.getProperty("aicc.root", ""));

    /** The report's names are camelCase, as the API's. */
    private static final JsonMapper REPORT_JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final DemoOptions options;
    private final Terminal terminal;
    private final Path directory;

    private Demo(DemoOptions options, Terminal terminal, Path directory) {
        this.options = options;
        this.terminal = terminal;
        this.directory = directory;
    }

    public static void main(String[] arguments) throws InterruptedException {
        Terminal terminal = new Terminal(
                System.out, System.console() != null && System.console().isTerminal());
        System.exit(run(arguments, terminal, Path.of("target/demo")));
    }

    private static int run(String[] arguments, Terminal terminal, Path directory) throws InterruptedException {
        try {
            return new Demo(DemoOptions.parse(arguments), terminal, directory).run();
        } catch (IllegalArgumentException e) {
            System.err.println("aicc demo: " + e.getMessage());
            return BAD_USAGE;
        } catch (ScriptException | IOException e) {
            System.err.println("aicc demo: " + e.getMessage());
            return 1;
        } catch (RuntimeException e) {
            System.err.println("aicc demo: a defect of the demo itself");
            e.printStackTrace();
            return 1;
        }
    }

    private int run() throws ScriptException, IOException, InterruptedException {
        DemoSystem.requirePagePort(options.pagePort());
        terminal.step("preparing the conversations and what the recogniser knows");
        Files.createDirectories(directory);
        Recogniser recogniser;
        List<Conversation> conversations;
        if (options.recordings() == null) {
            ConversationLibrary library = ConversationLibrary.open();
            conversations = take(library.conversations(), options.calls());
            recogniser = Recogniser.ofPhrases(library.texts(), directory);
            terminal.note(
                    "the recogniser gets a phrase model of the demo's own scripts: it knows these sentences, and no"
                            + " others");
        } else {
            conversations = List.of(Conversation.ofRecordings(
                    options.recordings().customer(), options.recordings().agent()));
            recogniser = Recogniser.general();
            terminal.note(
                    "the recogniser has the general English model: on telephone audio expect six words of ten to be"
                            + " wrong");
        }
        if (options.speech().standIn()) {
            terminal.note("workers talk to a stand-in for Google Speech; it knows what that recogniser knows");
        }
        terminal.step("starting a Kubernetes API, the operator and " + conversations.size()
                + " warm call workers, each a process");
        try (DemoSpeech speech = DemoSpeech.start(options.speech(), recogniser, directory);
                DemoSystem system = new DemoSystem(directory, options.pagePort())) {
            Thread stop = new Thread(system::close, "demo-stop");
            Runtime.getRuntime().addShutdownHook(stop);
            int calls = conversations.size();
            system.startPool(new PoolSize(calls, calls + 1), speech.workerSettings());
            system.awaitRehearsals();
            terminal.note("page      " + system.receiver().pageUrl());
            terminal.note("kubectl   export KUBECONFIG=" + system.kubeconfig());
            terminal.note("logs      " + system.logs());
            DemoReport report = options.pbx()
                    ? placeAtPbx(system, conversations, recogniser)
                    : place(system, system.player(options.damage()), conversations, recogniser, List::of);
            if (options.report() != null) {
                write(report, options.report());
            }
            if (!options.once()) {
                terminal.step("the page stays up: " + system.receiver().pageUrl() + "  (Ctrl-C stops everything)");
                new CountDownLatch(1).await();
            }
            Runtime.getRuntime().removeShutdownHook(stop);
            return report.ok() ? 0 : 1;
        }
    }

    private DemoReport placeAtPbx(DemoSystem system, List<Conversation> conversations, Recogniser recogniser)
            throws IOException, InterruptedException {
        terminal.step("starting an Asterisk and the ARI controller");
        DemoPbx pbx = system.startPbx(AsteriskFiles.find(PROJECT), conversations.size());
        return place(system, pbx.placer(), conversations, recogniser, () -> List.of(pbx.clear()));
    }

    /** What must hold beside the calls' own checks, once they are over. */
    private interface Aftermath {
        List<Check> checks() throws IOException, InterruptedException;
    }

    private DemoReport place(
            DemoSystem system,
            CallPlacer placer,
            List<Conversation> conversations,
            Recogniser recogniser,
            Aftermath aftermath)
            throws IOException, InterruptedException {
        terminal.step(
                "placing " + conversations.size() + (conversations.size() == 1 ? " call" : " calls at the same time"));
        system.receiver().transcripts().addListener(terminal);
        DemoCalls calls = new DemoCalls(system, placer, "demo", conversations);
        DemoCalls.Outcome outcome = calls.play();
        terminal.step("the calls are over: kubectl get callsessions");
        terminal.block(Table.of(
                system.client(), "apis/aicc.io/v1alpha1/namespaces/" + DemoSystem.NAMESPACE + "/callsessions"));
        List<Check> others = new ArrayList<>(outcome.failed());
        others.addAll(aftermath.checks());
        terminal.step("hearing the same recordings without a telephone, to compare");
        DemoReport report = new Reporter(
                        system.receiver().transcripts(),
                        recogniser,
                        options.speech().inTheWorker())
                .report(outcome.served(), others);
        terminal.report(report);
        return report;
    }

    private static void write(DemoReport report, Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(file, REPORT_JSON.writeValueAsString(report) + "\n");
    }

    private static List<Conversation> take(List<Conversation> all, int calls) {
        List<Conversation> taken = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            taken.add(all.get(i % all.size()));
        }
        return taken;
    }
}
