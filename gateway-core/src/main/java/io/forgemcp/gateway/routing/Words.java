package io.forgemcp.gateway.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Splits names and sentences into words and words into stems, for English and for identifiers. */
final class Words {
    /** Words that stand in nearly every request and tell tools from one another nowhere. */
    private static final Set<String> STOP =
            Set.of(("a about all also am an and any are as at be been but by can could did do"
                            + " does for from get give had has have he help her here him his how i if in into is it its just know"
                            + " let like looking m me more my need of on one or our out please s she should so some t tell than"
                            + " that the their them then there these they this to up us use using ve want was way we were what"
                            + " when where which who why will with would you your re ll d hi hello thanks thank")
                    .split(" "));

    private Words() {}

    /** The stems of a text in order, stop words left out. */
    static List<String> stems(String text) {
        List<String> stems = new ArrayList<>();
        for (String word : split(text)) {
            if (!STOP.contains(word)) {
                stems.add(stem(word));
            }
        }
        return stems;
    }

    /**
     * Cuts at everything that is neither letter nor digit, and where the case changes: {@code readFile2PDF} is read, file,
     * 2 and pdf. A word of several parts is kept whole beside them, because people write it both ways.
     */
    static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        int length = text.length();
        int start = -1;
        for (int i = 0; i <= length; i++) {
            boolean inside = i < length && Character.isLetterOrDigit(text.charAt(i));
            if (inside && start < 0) {
                start = i;
            } else if (!inside && start >= 0) {
                addParts(text.substring(start, i), words);
                start = -1;
            }
        }
        return words;
    }

    private static void addParts(String word, List<String> words) {
        int from = 0;
        for (int i = 1; i < word.length(); i++) {
            if (isBoundary(word, i)) {
                words.add(word.substring(from, i).toLowerCase(Locale.ROOT));
                from = i;
            }
        }
        words.add(word.substring(from).toLowerCase(Locale.ROOT));
        if (from > 0) {
            words.add(word.toLowerCase(Locale.ROOT));
        }
    }

    private static boolean isBoundary(String word, int i) {
        char before = word.charAt(i - 1);
        char here = word.charAt(i);
        if (Character.isDigit(before) != Character.isDigit(here)) {
            return true;
        }
        if (Character.isLowerCase(before) && Character.isUpperCase(here)) {
            return true;
        }
        return Character.isUpperCase(before)
                && Character.isUpperCase(here)
                && i + 1 < word.length()
                && Character.isLowerCase(word.charAt(i + 1));
    }

    /** Takes off the commonest English endings, so that "converting", "converts" and "converter" meet. */
    static String stem(String word) {
        String w = word;
        if (w.length() > 4 && w.endsWith("ies")) {
            w = w.substring(0, w.length() - 3) + "y";
        } else if (w.length() > 4
                && (w.endsWith("sses") || w.endsWith("xes") || w.endsWith("ches") || w.endsWith("shes"))) {
            w = w.substring(0, w.length() - 2);
        } else if (w.length() > 3 && w.endsWith("s") && !w.endsWith("ss") && !w.endsWith("us") && !w.endsWith("is")) {
            w = w.substring(0, w.length() - 1);
        }
        for (String ending : ENDINGS) {
            if (w.endsWith(ending) && w.length() - ending.length() >= 3) {
                w = undouble(w.substring(0, w.length() - ending.length()));
                break;
            }
        }
        // The silent e comes and goes with the endings above.
        return w.length() > 3 && w.endsWith("e") ? w.substring(0, w.length() - 1) : w;
    }

    /** Longest first. */
    private static final List<String> ENDINGS = List.of(
            "izations",
            "ization",
            "ations",
            "ation",
            "ators",
            "ator",
            "ating",
            "ated",
            "ments",
            "ment",
            "ings",
            "ing",
            "ors",
            "or",
            "ers",
            "er",
            "edly",
            "ed",
            "ions",
            "ion",
            "ly",
            "ate");

    private static String undouble(String w) {
        int n = w.length();
        boolean doubled = n > 3 && w.charAt(n - 1) == w.charAt(n - 2) && "bdfgmnprt".indexOf(w.charAt(n - 1)) >= 0;
        return doubled ? w.substring(0, n - 1) : w;
    }
}
