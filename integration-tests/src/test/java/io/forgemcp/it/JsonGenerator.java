package io.forgemcp.it;

import java.util.Random;

/**
 * Writes JSON that intermediaries like to change: big numbers, 1.0 beside 1, escapes, halves of surrogate pairs, deep
 * nesting, fields that nobody knows. Prints its seed; {@code FORGE_TEST_SEED} repeats a run. Not thread-safe.
 */
final class JsonGenerator {
    private static final String[] NUMBERS = {
        "0", "-0", "1", "1.0", "1.00", "1e2", "-1.50E+3", "9007199254740993", "123456789012345678901234567890", "0.1e-7"
    };
    private static final String[] PIECES = {
        "a",
        "words and more ",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u0041",
        "\\ud83d\\ude00",
        "\\ud800",
        "é",
        "€",
        "😀",
        "\u2028",
        "\\u0000",
        "{",
        "]",
        ":",
        ",",
        " ",
        "null",
        "\\u2028",
        "data: x\\n\\ndata: y"
    };
    private static final int DEPTH = 4;
    private static final int DEEP = 200;

    private final Random random;
    private int names;

    JsonGenerator(String test) {
        String fixed = System.getenv("FORGE_TEST_SEED");
        long seed = fixed == null ? System.nanoTime() : Long.parseLong(fixed);
        System.out.println(test + ": FORGE_TEST_SEED=" + seed);
        random = new Random(seed);
    }

    /** An object with a few unknown members, now and then with a very deep one. */
    String object() {
        return "{" + members() + (random.nextInt(20) == 0 ? ",\"deep\":" + deep() : "") + "}";
    }

    /** Members with names that do not repeat, at least one. */
    String members() {
        StringBuilder text = new StringBuilder();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ",").append(name()).append(':').append(value(DEPTH));
        }
        return text.toString();
    }

    private String name() {
        String[] forms = {"x-unknown-", "é", "with \\\" quote ", "a.b/", "\\u0078"};
        return "\"" + pick(forms) + names++ + "\"";
    }

    private String value(int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 8)) {
            case 0 -> pick(new String[] {"true", "false", "null"});
            case 1, 2 -> pick(NUMBERS);
            case 3, 4 -> string();
            case 5, 6 -> "{" + name() + ":" + value(depth - 1) + "," + name() + ":" + value(depth - 1) + "}";
            default -> "[" + value(depth - 1) + "," + value(depth - 1) + "]";
        };
    }

    /** Any text. */
    String string() {
        StringBuilder text = new StringBuilder("\"");
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(pick(PIECES));
        }
        return text.append('"').toString();
    }

    private static String deep() {
        return "[".repeat(DEEP) + "1.0" + "]".repeat(DEEP);
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }
}
