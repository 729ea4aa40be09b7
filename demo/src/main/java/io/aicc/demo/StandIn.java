package io.aicc.demo;

import io.aicc.demo.script.ConversationLibrary;
import io.aicc.demo.script.ScriptException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/** The stand-in for Google Speech without the demo around it; prints what a worker, or a client of Google's, has to be told. */
public final class StandIn {
    private static final int BAD_USAGE = 2;

    private StandIn() {}

    public static void main(String[] arguments) throws InterruptedException {
        try {
            Path directory = Files.createDirectories(Path.of("target/standin"));
            DemoSpeech speech = DemoSpeech.start(
                    new DemoSpeech.Asked(true, false, null), recogniser(arguments, directory), directory);
            new TreeMap<>(speech.workerSettings()).forEach((key, value) -> System.out.println(key + "=" + value));
            System.err.println("aicc standin: listening until Ctrl-C");
            new CountDownLatch(1).await();
        } catch (IllegalArgumentException e) {
            System.err.println("aicc standin: " + e.getMessage());
            System.exit(BAD_USAGE);
        } catch (ScriptException | IOException e) {
            System.err.println("aicc standin: " + e.getMessage());
            System.exit(1);
        }
    }

    private static Recogniser recogniser(String[] arguments, Path directory) throws ScriptException, IOException {
        return switch (String.join(" ", arguments)) {
            case "" -> Recogniser.ofPhrases(ConversationLibrary.open().texts(), directory);
            case "--general" -> Recogniser.general();
            default -> throw new IllegalArgumentException("expected nothing or --general");
        };
    }
}
