package io.forgemcp.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;

/** Measures {@link Message#parse}: run its main method; prints the best of several rounds. */
final class ParseSpeed {
    private static final long ROUND_NANOS = 400_000_000L;
    private static int sink;

    private ParseSpeed() {}

    public static void main(String[] arguments) {
        Map<String, byte[]> texts = new LinkedHashMap<>();
        texts.put("call of 340 B", call(""));
        texts.put("1 MiB plain string", call(",\"text\":\"" + "The quick brown fox. ".repeat(49_932) + "\""));
        texts.put(
                "1 MiB string, a line break every 60",
                call(",\"text\":\"" + ("x".repeat(60) + "\\n").repeat(16_912) + "\""));
        texts.put("1 MiB string, Greek", call(",\"text\":\"" + "Καλημέρα κόσμε ".repeat(36_157) + "\""));
        texts.put(
                "1 MiB of small objects",
                call(",\"rows\":[" + "{\"id\":17,\"name\":\"abc\",\"ok\":true},".repeat(31_775) + "0]"));
        texts.forEach(ParseSpeed::measure);
        if (sink == 42) {
            System.out.println(sink);
        }
    }

    private static void measure(String name, byte[] text) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 6; round++) {
            long begin = System.nanoTime();
            long runs = 0;
            while (System.nanoTime() - begin < ROUND_NANOS) {
                for (int i = 0; i < 16; i++) {
                    sink += Message.parse(text).hashCode();
                }
                runs += 16;
            }
            best = Math.min(best, (System.nanoTime() - begin) / (double) runs);
        }
        System.out.printf("%-38s %9d B %12.0f ns %6.2f GB/s%n", name, text.length, best, text.length / best);
    }

    private static byte[] call(String more) {
        String text =
                "{\"jsonrpc\":\"2.0\",\"id\":123456,\"method\":\"tools/call\",\"params\":{\"_meta\":{\"progressToken\":7},"
                        + "\"name\":\"github-create-issue\",\"arguments\":{\"owner\":\"someone\",\"repository\":\"something\",\"title\":"
                        + "\"A title of ordinary length\",\"body\":\"A few words of text, a line break\\nand a little more of it so that"
                        + " it gets long enough\",\"labels\":[\"bug\",\"urgent\"],\"draft\":false" + more + "}}}";
        return text.getBytes(UTF_8);
    }
}
