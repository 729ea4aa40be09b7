package io.aicc.demo.script;

import java.util.BitSet;
import java.util.List;

/**
 * The cheapest way to turn what was said into what was heard.
 *
 * @param errors words to substitute, insert or delete
 * @param lost words said and not heard, substituted ones not among them
 * @param doubled words inserted that repeat one beside them
 * @param accountedFor which of the words heard were said at that place
 */
record Alignment(int errors, int lost, int doubled, BitSet accountedFor) {
    /** Levenshtein distance over words, with the way back through its table. */
    static Alignment of(List<String> said, List<String> heard) {
        int[][] cost = new int[said.size() + 1][heard.size() + 1];
        for (int i = 0; i <= said.size(); i++) {
            for (int j = 0; j <= heard.size(); j++) {
                cost[i][j] = i == 0 || j == 0
                        ? i + j
                        : Math.min(
                                cost[i - 1][j - 1] + difference(said, i, heard, j),
                                1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
            }
        }
        BitSet accountedFor = new BitSet();
        int lost = 0;
        int doubled = 0;
        int i = said.size();
        int j = heard.size();
        while (i > 0 && j > 0) {
            if (cost[i][j] == cost[i - 1][j - 1] + difference(said, i, heard, j)) {
                accountedFor.set(j - 1, difference(said, i, heard, j) == 0);
                i--;
                j--;
            } else if (cost[i][j] == cost[i - 1][j] + 1) {
                lost++;
                i--;
            } else {
                doubled += repeats(heard, j) ? 1 : 0;
                j--;
            }
        }
        for (; j > 0; j--) {
            doubled += repeats(heard, j) ? 1 : 0;
        }
        return new Alignment(cost[said.size()][heard.size()], lost + i, doubled, accountedFor);
    }

    /** Whether the j-th word heard is the same as one beside it; which of two alike is the inserted one is chance. */
    private static boolean repeats(List<String> heard, int j) {
        String word = heard.get(j - 1);
        return j > 1 && heard.get(j - 2).equals(word)
                || j < heard.size() && heard.get(j).equals(word);
    }

    private static int difference(List<String> said, int i, List<String> heard, int j) {
        return said.get(i - 1).equals(heard.get(j - 1)) ? 0 : 1;
    }
}
