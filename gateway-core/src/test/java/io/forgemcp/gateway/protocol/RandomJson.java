package io.forgemcp.gateway.protocol;

import java.util.Random;

/**
 * Writes random JSON that is unpleasant on purpose. Prints its seed; set {@code FORGE_TEST_SEED} to run a failure again.
 */
final class RandomJson {
    private static final String[] NUMBERS = {
        "0",
        "-0",
        "1",
        "1.0",
        "10e-2",
        "-1.50E+3",
        "9007199254740993",
        "123456789012345678901234567890",
        "0.1e999",
        "2.0"
    };
    private static final String[] PIECES = {
        "a",
        "plain words and more of them ",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u0041",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\ud800",
        "é",
        "€",
        "😀",
        "\u2028",
        "\u007f",
        "{",
        "]",
        ":",
        ",",
        " ",
        "null"
    };
    private static final String[] SPACES = {"", "", "", " ", "\n", "\t", "\r\n", "    \t\n  "};

    final Random random;

    RandomJson(String test) {
        String fixed = System.getenv("FORGE_TEST_SEED");
        long seed = fixed == null ? System.nanoTime() : Long.parseLong(fixed);
        System.out.println(test + ": FORGE_TEST_SEED=" + seed);
        random = new Random(seed);
    }

    String value(int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 5)) {
            case 0 -> pick("true", "false", "null");
            case 1, 2 -> pick(NUMBERS);
            case 3, 4 -> string();
            case 5 -> array(depth);
            default -> object(depth);
        };
    }

    String object(int depth) {
        StringBuilder text = new StringBuilder("{").append(space());
        int members = random.nextInt(5);
        for (int i = 0; i < members; i++) {
            text.append(i == 0 ? "" : ",").append(space());
            // Jackson refuses half a surrogate pair in a name, though not in a value.
            text.append(member(string().replace("\\ud800", ""), value(depth - 1)));
        }
        return text.append("}").toString();
    }

    private String array(int depth) {
        StringBuilder text = new StringBuilder("[").append(space());
        int elements = random.nextInt(5);
        for (int i = 0; i < elements; i++) {
            text.append(i == 0 ? "" : ",")
                    .append(space())
                    .append(value(depth - 1))
                    .append(space());
        }
        return text.append("]").toString();
    }

    String string() {
        StringBuilder text = new StringBuilder("\"");
        int pieces = random.nextInt(20) == 0 ? random.nextInt(400) : random.nextInt(6);
        for (int i = 0; i < pieces; i++) {
            text.append(pick(PIECES));
        }
        return text.append('"').toString();
    }

    /** A member with odd white space around its parts. */
    String member(String key, String value) {
        return key + space() + ":" + space() + value + space();
    }

    String space() {
        return pick(SPACES);
    }

    String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
