package io.forgemcp.gateway.config.read;

import java.util.ArrayList;
import java.util.List;

/** A command line as its words: blanks separate, quotes keep together, a backslash takes the next character as it is. */
public final class Words {
    private Words() {}

    /**
     * Splits as a POSIX shell would, without expanding anything.
     *
     * @throws IllegalArgumentException if a quote is not closed
     */
    public static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean begun = false;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
                word.append(text.charAt(++i));
                begun = true;
            } else if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                begun = true;
            } else if (Character.isWhitespace(c)) {
                if (begun) {
                    words.add(word.toString());
                    word.setLength(0);
                    begun = false;
                }
            } else {
                word.append(c);
                begun = true;
            }
        }
        if (quote != 0) {
            throw new IllegalArgumentException("The command has an opening " + quote + " that is never closed.");
        }
        if (begun) {
            words.add(word.toString());
        }
        return List.copyOf(words);
    }
}
