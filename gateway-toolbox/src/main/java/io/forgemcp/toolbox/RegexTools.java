package io.forgemcp.toolbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.inprocess.ToolArguments;
import io.forgemcp.gateway.inprocess.ToolCall;
import io.forgemcp.gateway.inprocess.ToolFailure;
import io.forgemcp.gateway.inprocess.ToolResponse;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions that strangers give, matched with a budget. */
final class RegexTools {
    /** Reads of a character before a match is given up: less than a second. A sane pattern needs a few per character. */
    private static final long BUDGET = 50_000_000;

    /** The longest text that a replacement may make. */
    private static final int LONGEST_RESULT = 20_000_000;

    private RegexTools() {}

    static ToolResponse find(ToolArguments arguments, ToolCall call) {
        Matcher matcher = matcher(arguments, call);
        int limit = arguments.integer("limit", 100);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode matches = answer.putArray("matches");
        while (matches.size() < limit && finds(matcher)) {
            ObjectNode match = matches.addObject()
                    .put("match", matcher.group())
                    .put("start", matcher.start())
                    .put("end", matcher.end());
            if (matcher.groupCount() > 0) {
                ArrayNode groups = match.putArray("groups");
                for (int group = 1; group <= matcher.groupCount(); group++) {
                    groups.add(matcher.group(group));
                }
            }
        }
        answer.put("complete", matches.size() < limit || !finds(matcher));
        return ToolResponse.json(answer);
    }

    static ToolResponse replace(ToolArguments arguments, ToolCall call) {
        Matcher matcher = matcher(arguments, call);
        String replacement = arguments.string("replacement");
        StringBuilder result = new StringBuilder();
        int count = 0;
        while (finds(matcher)) {
            count++;
            try {
                matcher.appendReplacement(result, replacement);
            } catch (IllegalArgumentException | IndexOutOfBoundsException bad) {
                throw new ToolFailure(
                        "The replacement does not fit the pattern: " + bad.getMessage()
                                + ". Write \\$ for a dollar sign.",
                        bad);
            }
            if (result.length() > LONGEST_RESULT) {
                throw new ToolFailure("The result would be longer than " + LONGEST_RESULT + " characters.");
            }
        }
        matcher.appendTail(result);
        return ToolResponse.text(result.toString()).andText(count + (count == 1 ? " replacement." : " replacements."));
    }

    private static Matcher matcher(ToolArguments arguments, ToolCall call) {
        int flags = Pattern.UNICODE_CASE;
        for (char flag : arguments.string("flags", "").toLowerCase(Locale.ROOT).toCharArray()) {
            flags |= switch (flag) {
                case 'i' -> Pattern.CASE_INSENSITIVE;
                case 'm' -> Pattern.MULTILINE;
                case 's' -> Pattern.DOTALL;
                default -> throw new ToolFailure("\"" + flag + "\" is not a flag. Use i, m and s.");
            };
        }
        try {
            Pattern pattern = Pattern.compile(arguments.string("pattern"), flags);
            return pattern.matcher(new Metered(arguments.string("text"), call));
        } catch (PatternSyntaxException bad) {
            throw new ToolFailure(
                    "The pattern is not a regular expression: " + bad.getDescription() + " near index " + bad.getIndex()
                            + ".",
                    bad);
        }
    }

    private static boolean finds(Matcher matcher) {
        try {
            return matcher.find();
        } catch (StackOverflowError tooDeep) {
            throw new ToolFailure(
                    "The pattern recurses too deeply on this text. Avoid groups that repeat, such as (a|b)*.", tooDeep);
        }
    }

    /** A text that counts how often it is read: java.util.regex has no timeout of its own. */
    private static final class Metered implements CharSequence {
        private final String text;
        private final ToolCall call;
        private long reads;

        Metered(String text, ToolCall call) {
            this.text = text;
            this.call = call;
        }

        @Override
        public char charAt(int index) {
            if (++reads > BUDGET) {
                throw new ToolFailure(
                        "The pattern takes too long on this text. Avoid repetition inside repetition, such"
                                + " as (a+)+.");
            }
            if ((reads & 0xfffff) == 0 && call.isCancelled()) {
                throw new ToolFailure("Cancelled.");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
