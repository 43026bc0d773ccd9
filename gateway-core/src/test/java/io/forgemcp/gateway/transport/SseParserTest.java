package io.forgemcp.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SseParserTest {
    private static final long SEED = Long.getLong("forge.seed", System.nanoTime());

    private final List<String> events = new ArrayList<>();
    private final List<Long> retries = new ArrayList<>();

    private SseParser parser(int limit) {
        return new SseParser(limit, new SseParser.Handler() {
            @Override
            public void onEvent(String type, byte[] data) {
                events.add(type + "=" + new String(data, StandardCharsets.UTF_8));
            }

            @Override
            public void onRetry(long millis) {
                retries.add(millis);
            }
        });
    }

    private SseParser read(String stream) {
        SseParser parser = parser(1 << 20);
        assertThat(parser.feed(ByteBuffer.wrap(stream.getBytes(StandardCharsets.UTF_8))))
                .isTrue();
        return parser;
    }

    @Test
    void linesMayEndInAnyOfTheThreeWays() {
        read("data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\r\n\n");

        assertThat(events).containsExactly("message=a", "message=b", "message=c", "message=d");
    }

    @Test
    void dataOnSeveralLinesIsOneEvent() {
        read("event: x\ndata: {\ndata:  \"a\":1}\n\n");

        assertThat(events).containsExactly("x={\n \"a\":1}");
    }

    @Test
    void commentsUnknownFieldsAndEventsWithoutDataAreNoEvents() {
        read(": keep-alive\n\nfoo: bar\n\nid: 7\ndata:\n\nevent: lonely\n\ndata: x\n\n");

        assertThat(events).containsExactly("message=x");
    }

    @Test
    void aByteOrderMarkAtTheBeginningIsLeftOut() {
        read("\uFEFFdata: a\n\ndata: \uFEFFb\n\n");

        assertThat(events).containsExactly("message=a", "message=\uFEFFb");
    }

    @Test
    void anUnfinishedEventIsNotDeliveredAndItsIdDoesNotCount() {
        SseParser parser = read("id: 1\ndata: a\n\nid: 2\ndata: b\n");

        assertThat(events).containsExactly("message=a");
        assertThat(parser.lastEventId()).isEqualTo("1");
    }

    @Test
    void aPrimingEventGivesItsIdAndPause() {
        SseParser parser = read("id: p-1\nretry: 250\ndata:\n\nretry: soon\n\n");

        assertThat(events).isEmpty();
        assertThat(parser.lastEventId()).isEqualTo("p-1");
        assertThat(retries).containsExactly(250L);
    }

    @Test
    void anEventBeyondTheLimitIsRefused() {
        assertThat(parser(100).feed(ByteBuffer.wrap(("data: " + "x".repeat(200)).getBytes(StandardCharsets.UTF_8))))
                .isFalse();
        String lines = ("data: " + "x".repeat(50) + "\n").repeat(3);
        assertThat(parser(100).feed(ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8))))
                .isFalse();
        assertThat(events).isEmpty();
    }

    @Test
    void howTheStreamIsCutUpMakesNoDifference() {
        Random random = new Random(SEED);
        for (int round = 0; round < 3_000; round++) {
            String stream = randomStream(random);
            events.clear();
            SseParser parser = parser(1 << 20);
            byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
            for (int from = 0; from < bytes.length; ) {
                int to = Math.min(bytes.length, from + 1 + random.nextInt(7));
                ByteBuffer part = ByteBuffer.wrap(bytes, from, to - from);
                assertThat(parser.feed(random.nextBoolean() ? part : part.asReadOnlyBuffer()))
                        .isTrue();
                from = to;
            }

            assertThat(events).as("seed %d, stream %s", SEED, escaped(stream)).isEqualTo(reference(stream));
        }
    }

    private static String randomStream(Random random) {
        String[] pieces = {
            "data",
            "data: ",
            "data:x",
            ":",
            "\n",
            "\r",
            "\r\n",
            "\n\n",
            "event: e",
            "id: 1",
            "\u00e4\u20ac",
            "retry: 5",
            " ",
            "\uFEFF"
        };
        StringBuilder stream = new StringBuilder();
        for (int i = random.nextInt(25); i >= 0; i--) {
            stream.append(pieces[random.nextInt(pieces.length)]);
        }
        return stream.toString();
    }

    /** The whole text at once, as simply as it can be said. */
    private static List<String> reference(String stream) {
        String text = stream.startsWith("\uFEFF") ? stream.substring(1) : stream;
        List<String> lines = new ArrayList<>(Arrays.asList(text.split("\r\n|\n|\r", -1)));
        lines.remove(lines.size() - 1);
        List<String> result = new ArrayList<>();
        List<String> data = new ArrayList<>();
        String type = "";
        for (String line : lines) {
            if (line.isEmpty()) {
                if (!String.join("", data).isEmpty()) {
                    result.add((type.isEmpty() ? "message" : type) + "=" + String.join("\n", data));
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
                type = value;
            }
        }
        return result;
    }

    private static String escaped(String text) {
        return text.replace("\r", "\\r").replace("\n", "\\n");
    }
}
