package io.aicc.demo.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text as it is spoken: lower-case words, digits and signs written out, nothing else. The phrase model is built from these
 * words and the word error rate counts them, so that both sides mean the same by "a word".
 */
public final class SpokenWords {
    private static final Pattern TOKEN = Pattern.compile(
            "\\p{L}[\\p{L}\\p{M}]*(?:'\\p{L}[\\p{L}\\p{M}]*)*'?|\\p{N}+|[#*&%@+=$]", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern SENTENCE_END = Pattern.compile("[.!?;:]+(?=\\s|$)|\\R");

    private static final List<String> UNITS = List.of(
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen");
    private static final List<String> TENS =
            List.of("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety");
    private static final Map<String, String> SIGNS = Map.of(
            "#", "pound", "*", "star", "&", "and", "%", "percent", "@", "at", "+", "plus", "=", "equals", "$",
            "dollar");

    private SpokenWords() {}

    /** The words of a text, in order; numbers of one or two digits as numbers, longer ones digit by digit. */
    public static List<String> of(String text) {
        List<String> words = new ArrayList<>();
        Matcher token = TOKEN.matcher(text.toLowerCase(Locale.ROOT).replace('\u2019', '\''));
        while (token.find()) {
            String found = token.group();
            String sign = SIGNS.get(found);
            if (sign != null) {
                words.add(sign);
            } else if (Character.isLetter(found.codePointAt(0))) {
                words.add(found);
            } else {
                addNumber(words, found);
            }
        }
        return List.copyOf(words);
    }

    /** The sentences of a text, each as its words; sentences without words are left out. */
    public static List<List<String>> sentences(String text) {
        return SENTENCE_END
                .splitAsStream(text)
                .map(SpokenWords::of)
                .filter(words -> !words.isEmpty())
                .toList();
    }

    private static void addNumber(List<String> words, String digits) {
        int value = digits.length() <= 2 ? decimal(digits) : -1;
        if (value < 0) {
            digits.codePoints().forEach(digit -> {
                int one = Character.digit(digit, 10);
                if (one >= 0) {
                    words.add(UNITS.get(one));
                }
            });
        } else if (value < UNITS.size()) {
            words.add(UNITS.get(value));
        } else {
            words.add(TENS.get(value / 10));
            if (value % 10 > 0) {
                words.add(UNITS.get(value % 10));
            }
        }
    }

    /** Its value, or -1 when it has a leading zero or is no decimal number (a half, a Roman numeral). */
    private static int decimal(String digits) {
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = Character.digit(digits.charAt(i), 10);
            if (digit < 0 || (digit == 0 && i == 0 && digits.length() > 1)) {
                return -1;
            }
            value = 10 * value + digit;
        }
        return value;
    }
}
