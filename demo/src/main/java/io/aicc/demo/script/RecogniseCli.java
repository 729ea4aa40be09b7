package io.aicc.demo.script;

import io.aicc.wire.event.Channel;
import io.aicc.worker.speech.SpeechEngine;
import io.aicc.worker.speech.SpeechEngines;
import io.aicc.worker.speech.SpeechException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Measures the offline recogniser without the system around it. Without arguments: the demo's conversations with the demo's
 * phrase model. With WAV files: those, with the general model, and their word error rate where a text file lies beside them.
 */
public final class RecogniseCli {
    private static final String LANGUAGE = "en-US";

    private final PrintStream out;
    private WordErrorRate total = new WordErrorRate(0, 0);

    private RecogniseCli(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] files) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try {
            RecogniseCli cli = new RecogniseCli(out);
            if (files.length == 0) {
                cli.conversations();
            } else {
                cli.recordings(files);
            }
        } catch (ScriptException | SpeechException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private void conversations() throws ScriptException, SpeechException, IOException {
        ConversationLibrary library = ConversationLibrary.open();
        Path directory = Files.createTempDirectory("aicc-phrases-");
        PhraseModel.Written model = PhraseModel.of(library.texts()).write(directory);
        try (SpeechEngine engine = SpeechEngines.create("sphinx", model.settings()::get)) {
            for (Conversation conversation : library.conversations()) {
                for (Channel channel : Channel.values()) {
                    String name = conversation.name() + " " + channel.name().toLowerCase(Locale.ROOT);
                    measure(engine, name, conversation.track(channel), conversation.text(channel));
                }
            }
            summary(engine);
        } finally {
            Files.delete(model.languageModel());
            Files.delete(model.dictionary());
            Files.delete(directory);
        }
    }

    private void recordings(String[] files) throws ScriptException, SpeechException {
        Map<String, String> environment = System.getenv();
        try (SpeechEngine engine = SpeechEngines.create("sphinx", environment::get)) {
            for (String file : files) {
                Path wav = Path.of(file);
                measure(engine, file, Recording.read(wav).samples(), Conversation.textBeside(wav));
            }
            summary(engine);
        }
    }

    private void measure(SpeechEngine engine, String name, short[] track, String said) throws SpeechException {
        String heard = String.join("\n", CleanFileRecogniser.transcribe(engine, track, LANGUAGE));
        WordErrorRate rate = WordErrorRate.of(said, heard);
        out.println(said.isBlank() ? name : name + ": " + percent(rate));
        heard.lines().forEach(line -> out.println("    " + line));
        total = said.isBlank() ? total : total.plus(rate);
    }

    private void summary(SpeechEngine engine) {
        if (total.words() > 0) {
            out.println("all with %s: %s".formatted(engine.model(), percent(total)));
        }
    }

    private static String percent(WordErrorRate rate) {
        return String.format(Locale.ROOT, "%.1f %% of %d words wrong", 100 * rate.rate(), rate.words());
    }
}
