package io.forgemcp.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.fuzz.Mutations;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a stream holds and however it is cut: the same events come out, and nothing is thrown. */
class SseFuzzTest {
    private static final int LIMIT = 1 << 16;
    private static final List<String> SAMPLES = List.of(
            "id: 1\nretry: 500\ndata: \n\nevent: message\nid: 2\ndata: {\"jsonrpc\":\"2.0\"}\n\n",
            ": comment\r\ndata: a\r\ndata: b\r\n\r\ndata:c\r\rdata\n\n",
            "\ufeffevent: endpoint\ndata: /messages?x=1\n\nid: \u0000\nid\nevent\n\ndata: x");

    @Test
    void theSameEventsComeOutHoweverTheStreamIsCut() {
        assertThat(Mutations.run("SseFuzzTest", SAMPLES, SseFuzzTest::fuzzerTestOneInput))
                .isPositive();
    }

    /** The target. */
    public static void fuzzerTestOneInput(byte[] input) {
        List<String> whole = read(input, List.of(input.length));
        List<String> single = read(input, java.util.Collections.nCopies(input.length, 1));
        Random random = new Random(Arrays.hashCode(input));
        List<Integer> cuts = new ArrayList<>();
        for (int left = input.length; left > 0; left -= cuts.get(cuts.size() - 1)) {
            cuts.add(Math.min(left, 1 + random.nextInt(20)));
        }
        List<String> parts = read(input, cuts);
        List<String> expected = reference(input);
        if (!whole.equals(expected) || !single.equals(expected) || !parts.equals(expected)) {
            throw new AssertionError(
                    "By the book " + expected + "\nwhole " + whole + "\nby bytes " + single + "\nin parts " + parts);
        }
    }

    private static List<String> read(byte[] input, List<Integer> sizes) {
        List<String> events = new ArrayList<>();
        SseParser parser = new SseParser(
                LIMIT, (type, data) -> events.add(type + "|" + new String(data, StandardCharsets.ISO_8859_1)));
        int at = 0;
        for (int size : sizes) {
            if (!parser.feed(ByteBuffer.wrap(input, at, size))) {
                throw new AssertionError("Refused below the limit");
            }
            at += size;
        }
        return events;
    }

    /** The standard's own words, on text in which each byte is a character; events of blank lines only are left out. */
    private static List<String> reference(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        if (text.startsWith("\u00ef\u00bb\u00bf")) {
            text = text.substring(3);
        }
        List<String> events = new ArrayList<>();
        List<String> data = new ArrayList<>();
        String type = "";
        String[] lines = text.split("\r\n|\n|\r", -1);
        // What follows the last line end is no line.
        for (String line : Arrays.copyOf(lines, lines.length - 1)) {
            if (line.isEmpty()) {
                String joined = String.join("\n", data);
                if (!joined.replace("\n", "").isEmpty()) {
                    events.add((type.isEmpty() ? "message" : type) + "|" + joined);
                }
                data.clear();
                type = "";
                continue;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            if (field.equals("data")) {
                data.add(value);
            } else if (field.equals("event")) {
                type = new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            }
        }
        return events;
    }
}
