package io.aicc.demo.script;

import io.aicc.wire.event.Channel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * The demo's conversations, arranged from Debian's recordings of a telephone's prompts: one voice, 8 kHz, texts included. The
 * arrangement is data, {@code conversations.txt} beside this class; sound and text stay where Debian put them.
 */
public final class ConversationLibrary {
    private static final Path SOUNDS = Path.of("/usr/share/asterisk/sounds/en_US_f_Allison");
    private static final Path TEXTS = Path.of("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz");
    private static final String SCRIPT = "conversations.txt";

    private static final String HOW_TO_INSTALL = "apt-get install asterisk-core-sounds-en-wav asterisk-core-sounds-en";
    /** Slim images tell dpkg to leave documentation out. */
    private static final String HOW_TO_INSTALL_TEXTS =
            "apt-get install --reinstall -o DPkg::Options::=--path-include=/usr/share/doc/asterisk-core-sounds-en/*"
                    + " asterisk-core-sounds-en";

    private final List<Conversation> conversations;

    private ConversationLibrary(List<Conversation> conversations) {
        this.conversations = List.copyOf(conversations);
    }

    /**
     * Finds the recordings and reads every conversation.
     *
     * @throws ScriptException when Debian's packages are not installed; the message says how to get them
     */
    public static ConversationLibrary open() throws ScriptException {
        return open(SOUNDS, TEXTS);
    }

    static ConversationLibrary open(Path sounds, Path texts) throws ScriptException {
        if (!Files.isDirectory(sounds)) {
            throw new ScriptException(
                    "the recordings are not on this machine (%s): %s".formatted(sounds, HOW_TO_INSTALL));
        }
        if (!Files.isRegularFile(texts)) {
            throw new ScriptException("the texts of the recordings are not on this machine (%s): %s"
                    .formatted(texts, HOW_TO_INSTALL_TEXTS));
        }
        try (InputStream script =
                Objects.requireNonNull(ConversationLibrary.class.getResourceAsStream(SCRIPT), SCRIPT)) {
            return new ConversationLibrary(
                    arrange(new String(script.readAllBytes(), StandardCharsets.UTF_8), sounds, readTexts(texts)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All of them; no two share a line, and every line has words in a row that are in no other. */
    public List<Conversation> conversations() {
        return conversations;
    }

    /** Everything that is said in any of them: what the demo's phrase model learns. */
    public List<String> texts() {
        return conversations.stream()
                .flatMap(conversation -> conversation.lines().stream())
                .map(Line::text)
                .toList();
    }

    /** Reads lines of {@code name: text}; a semicolon starts a comment. */
    private static Map<String, String> readTexts(Path file) throws ScriptException {
        Map<String, String> texts = new HashMap<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int colon = line.indexOf(':');
                if (colon > 0 && line.charAt(0) != ';') {
                    texts.put(
                            line.substring(0, colon), line.substring(colon + 1).strip());
                }
            }
            return texts;
        } catch (IOException e) {
            throw new ScriptException("%s cannot be read: %s".formatted(file, e), e);
        }
    }

    /**
     * Reads the arrangement: {@code conversation NAME}, then a line for everything that is said, {@code SPEAKER PAUSE RECORDING}.
     * The pause, in milliseconds, counts from the end of the line before; a negative one cuts in.
     */
    static List<Conversation> arrange(String script, Path sounds, Map<String, String> texts) throws ScriptException {
        List<Conversation> conversations = new ArrayList<>();
        List<Line> lines = new ArrayList<>();
        String name = "";
        for (String row : script.lines().map(String::strip).toList()) {
            String[] words = row.split("\\s+");
            if (row.isEmpty() || row.startsWith("#")) {
                continue;
            }
            if (words[0].equals("conversation") && words.length == 2) {
                if (!lines.isEmpty()) {
                    conversations.add(Conversation.of(name, lines));
                }
                lines = new ArrayList<>();
                name = words[1];
            } else if (words.length == 3 && words[1].matches("[+-]?\\d{1,6}")) {
                long before = lines.isEmpty() ? 0 : lines.getLast().endMs();
                lines.add(line(words, before, sounds, texts));
            } else {
                throw new ScriptException("%s: expected SPEAKER PAUSE RECORDING, got '%s'".formatted(SCRIPT, row));
            }
        }
        conversations.add(Conversation.of(name, lines));
        return conversations;
    }

    private static Line line(String[] words, long beforeMs, Path sounds, Map<String, String> texts)
            throws ScriptException {
        Path wav = sounds.resolve(words[2] + ".wav");
        String text = texts.get(words[2]);
        if (!Files.isRegularFile(wav) || text == null) {
            throw new ScriptException("recording %s is missing in %s: %s".formatted(words[2], sounds, HOW_TO_INSTALL));
        }
        long startMs = Math.max(0, beforeMs + Long.parseLong(words[1]));
        Channel channel = Channel.valueOf(words[0].toUpperCase(Locale.ROOT));
        return new Line(channel, startMs, startMs + Recording.read(wav).durationMs(), wav, text);
    }
}
