package io.aicc.demo.script;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Finds words of one speaker under another. Four words in a row that only one speaker of all calls says are a fingerprint;
 * whoever else is shown with them was given what is not theirs, and all words of such rows count.
 *
 * <p>Only words that the speaker's own script does not account for can be foreign: a misheard word beside right ones may well
 * make up a row that somebody else says, as all speakers share one phrase model. A row never spans two utterances.
 *
 * @param <K> names a speaker, unique over all calls
 */
public final class ForeignWords<K> {
    private static final int ROW = 4;

    private final Map<K, List<String>> said = new HashMap<>();

    /** Whose fingerprint a row is; rows that several speakers say are nobody's. */
    private final Map<List<String>, K> owners = new HashMap<>();

    /** Learns the fingerprints from what each speaker says, a text for every utterance, in order. */
    public ForeignWords(Map<K, ? extends Collection<String>> scripts) {
        Set<List<String>> shared = new HashSet<>();
        scripts.forEach((speaker, texts) -> {
            said.put(speaker, words(texts));
            for (String text : texts) {
                for (List<String> row : rows(SpokenWords.of(text))) {
                    K owner = owners.putIfAbsent(row, speaker);
                    if (owner != null && !owner.equals(speaker)) {
                        shared.add(row);
                    }
                }
            }
        });
        owners.keySet().removeAll(shared);
    }

    /** How many words under this speaker are another's; a text for every utterance that was heard, in order. */
    public int count(K speaker, List<String> heard) {
        Alignment alignment = Alignment.of(said.getOrDefault(speaker, List.of()), words(heard));
        int foreign = 0;
        int utteranceStart = 0;
        for (String text : heard) {
            List<String> words = SpokenWords.of(text);
            List<List<String>> rows = rows(words);
            int countedUntil = 0;
            for (int i = 0; i < rows.size(); i++) {
                K owner = owners.get(rows.get(i));
                int at = utteranceStart + i;
                boolean unaccounted = alignment.accountedFor().get(at, at + ROW).isEmpty();
                if (unaccounted && owner != null && !owner.equals(speaker)) {
                    foreign += i + ROW - Math.max(i, countedUntil);
                    countedUntil = i + ROW;
                }
            }
            utteranceStart += words.size();
        }
        return foreign;
    }

    private static List<String> words(Collection<String> texts) {
        return SpokenWords.of(String.join("\n", texts));
    }

    private static List<List<String>> rows(List<String> words) {
        return IntStream.rangeClosed(0, words.size() - ROW)
                .mapToObj(i -> words.subList(i, i + ROW))
                .toList();
    }
}
