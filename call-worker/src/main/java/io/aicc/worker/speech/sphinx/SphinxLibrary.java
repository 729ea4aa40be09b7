package io.aicc.worker.speech.sphinx;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.aicc.worker.speech.SpeechException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The functions of libpocketsphinx 5prealpha that this program calls, as Debian packages it. A thin shell: it checks nothing,
 * and a wrong order of calls ends the process. Only {@link SphinxDecoder} may use a decoder. Thread-safe.
 *
 * @see <a href="https://cmusphinx.github.io/doc/pocketsphinx/pocketsphinx_8h.html">pocketsphinx.h</a>
 */
final class SphinxLibrary {
    static final String HOW_TO_INSTALL = "apt-get install libpocketsphinx3 pocketsphinx-en-us";

    private static final List<String> FILES = List.of("libsphinxbase.so.3", "libpocketsphinx.so.3");

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup symbols;
    private final MethodHandle optionTable;
    private final MethodHandle freeOptions;
    private final MethodHandle init;
    private final MethodHandle free;
    private final MethodHandle startUtterance;
    private final MethodHandle processRaw;
    private final MethodHandle endUtterance;
    private final MethodHandle hypothesis;
    private final MethodHandle firstSegment;
    private final MethodHandle nextSegment;
    private final MethodHandle segmentWord;
    private final MethodHandle segmentFrames;

    private SphinxLibrary(SymbolLookup symbols) {
        this.symbols = symbols;
        this.optionTable = bind("ps_args", FunctionDescriptor.of(ADDRESS));
        this.freeOptions = bind("cmd_ln_free_r", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        this.init = bind("ps_init", FunctionDescriptor.of(ADDRESS, ADDRESS));
        this.free = bind("ps_free", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        this.startUtterance = bind("ps_start_utt", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        this.processRaw = bind(
                "ps_process_raw", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT));
        this.endUtterance = bind("ps_end_utt", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        this.hypothesis = bind("ps_get_hyp", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
        this.firstSegment = bind("ps_seg_iter", FunctionDescriptor.of(ADDRESS, ADDRESS));
        this.nextSegment = bind("ps_seg_next", FunctionDescriptor.of(ADDRESS, ADDRESS));
        this.segmentWord = bind("ps_seg_word", FunctionDescriptor.of(ADDRESS, ADDRESS));
        this.segmentFrames = bind("ps_seg_frames", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS));
    }

    /** Loads the shared libraries for the life of the process and silences their own log, which goes to stderr. */
    static SphinxLibrary load() throws SpeechException {
        return load(FILES);
    }

    static SphinxLibrary load(List<String> files) throws SpeechException {
        SymbolLookup symbols = name -> Optional.empty();
        for (String file : files) {
            try {
                symbols = symbols.or(SymbolLookup.libraryLookup(file, Arena.global()));
            } catch (IllegalArgumentException e) {
                throw new SpeechException("%s is not on this machine: %s".formatted(file, HOW_TO_INSTALL), e);
            }
        }
        try {
            SphinxLibrary library = new SphinxLibrary(symbols);
            library.silence();
            return library;
        } catch (NoSuchElementException e) {
            throw new SpeechException(
                    "%s are of another version (%s), 5prealpha is needed: %s"
                            .formatted(String.join(", ", files), e.getMessage(), HOW_TO_INSTALL),
                    e);
        }
    }

    /**
     * Creates a decoder: loads its models, which takes some 100 ms.
     *
     * @return NULL when a file is not what it should be
     */
    MemorySegment newDecoder(Map<String, String> options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment parsed = parseOptions(arena, options);
            if (parsed.equals(MemorySegment.NULL)) {
                throw new IllegalArgumentException("pocketsphinx does not know one of the options " + options.keySet());
            }
            MemorySegment decoder = (MemorySegment) init.invokeExact(parsed);
            int references = (int) freeOptions.invokeExact(parsed); // the decoder holds its own
            return decoder;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    void free(MemorySegment decoder) {
        try {
            int references = (int) free.invokeExact(decoder);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Negative when it failed. */
    int startUtterance(MemorySegment decoder) {
        try {
            return (int) startUtterance.invokeExact(decoder);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Recognises the next samples of an utterance; negative when it failed. */
    int process(MemorySegment decoder, MemorySegment samples, long count) {
        try {
            return (int) processRaw.invokeExact(decoder, samples, count, 0, 0);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Runs the last passes; negative when it failed. */
    int endUtterance(MemorySegment decoder) {
        try {
            return (int) endUtterance.invokeExact(decoder);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** The words so far, empty when there are none. */
    String hypothesis(MemorySegment decoder) {
        try {
            return string((MemorySegment) hypothesis.invokeExact(decoder, MemorySegment.NULL));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Words, fillers and sentence marks of the utterance, in order. */
    List<Segment> segments(MemorySegment decoder) {
        List<Segment> segments = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment first = arena.allocate(JAVA_INT);
            MemorySegment last = arena.allocate(JAVA_INT);
            MemorySegment at = (MemorySegment) firstSegment.invokeExact(decoder);
            while (!at.equals(MemorySegment.NULL)) {
                segmentFrames.invokeExact(at, first, last);
                String word = string((MemorySegment) segmentWord.invokeExact(at));
                segments.add(new Segment(word, first.get(JAVA_INT, 0), last.get(JAVA_INT, 0)));
                at = (MemorySegment) nextSegment.invokeExact(at); // frees itself at the end
            }
            return segments;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * A stretch of audio and what was heard there.
     *
     * @param word as in the dictionary, with {@code (2)} for a second pronunciation; or a filler such as {@code <sil>}
     * @param firstFrame of 10 ms, counted since the decoder was created
     * @param lastFrame of 10 ms, inclusive
     */
    record Segment(String word, int firstFrame, int lastFrame) {}

    private void silence() {
        try {
            bind("err_set_logfp", FunctionDescriptor.ofVoid(ADDRESS)).invokeExact(MemorySegment.NULL);
        } catch (NoSuchElementException e) {
            throw e;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** {@code cmd_ln_init(NULL, ps_args(), strict, key, value, ..., NULL)}; NULL for an unknown or doubled option. */
    private MemorySegment parseOptions(Arena arena, Map<String, String> options) throws Throwable {
        List<MemoryLayout> layouts = new ArrayList<>(List.of(ADDRESS, ADDRESS, JAVA_INT));
        layouts.addAll(Collections.nCopies(2 * options.size() + 1, ADDRESS));
        MethodHandle parse = linker.downcallHandle(
                symbols.findOrThrow("cmd_ln_init"),
                FunctionDescriptor.of(ADDRESS, layouts.toArray(MemoryLayout[]::new)),
                Linker.Option.firstVariadicArg(3));
        List<Object> arguments = new ArrayList<>();
        arguments.add(MemorySegment.NULL);
        arguments.add((MemorySegment) optionTable.invokeExact());
        arguments.add(1);
        options.forEach((key, value) -> {
            arguments.add(arena.allocateFrom(key));
            arguments.add(arena.allocateFrom(value));
        });
        arguments.add(MemorySegment.NULL);
        return (MemorySegment) parse.invokeWithArguments(arguments);
    }

    private MethodHandle bind(String name, FunctionDescriptor descriptor) {
        return linker.downcallHandle(symbols.findOrThrow(name), descriptor);
    }

    /** Copies at once: the library reuses the memory. */
    private static String string(MemorySegment text) {
        return text.equals(MemorySegment.NULL)
                ? ""
                : text.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static RuntimeException unexpected(Throwable t) {
        return switch (t) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException("a native call threw " + t, t);
        };
    }
}
