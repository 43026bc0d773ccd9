package io.forgemcp.gateway.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message.Field;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessagePropertyTest {
    private static final Field[] EDITABLE = {Field.ID, Field.NAME, Field.URI, Field.CURSOR, Field.PROGRESS_TOKEN};

    @Test
    void acceptsExactlyTheJsonThatJacksonAccepts() {
        RandomJson json = new RandomJson("acceptsExactlyTheJsonThatJacksonAccepts");
        for (int i = 0; i < 10_000; i++) {
            byte[] text = (json.space() + json.value(6) + json.space()).getBytes(UTF_8);
            assertThat(isJson(text)).as(() -> new String(text, UTF_8)).isTrue();
            byte[] damaged = damage(text, json.random);
            assertThat(isJson(damaged)).as(() -> new String(damaged, UTF_8)).isEqualTo(Oracle.isJson(damaged));
        }
    }

    @Test
    void acceptsExactlyTheMessagesThatTheSpecificationAllows() {
        RandomJson json = new RandomJson("acceptsExactlyTheMessagesThatTheSpecificationAllows");
        int accepted = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] text = anyEnvelope(json).getBytes(UTF_8);
            boolean expected = Oracle.isMessage(text);
            assertThat(isMessage(text)).as(() -> new String(text, UTF_8)).isEqualTo(expected);
            accepted += expected ? 1 : 0;
        }
        assertThat(accepted).as("messages that were fit to be accepted").isBetween(700, 8_000);
    }

    @Test
    void aDamagedMessageNeverFailsInAnyOtherWayThanRefusal() {
        RandomJson json = new RandomJson("aDamagedMessageNeverFailsInAnyOtherWayThanRefusal");
        for (int i = 0; i < 10_000; i++) {
            byte[] text = damage(request(json, json.value(4)).getBytes(UTF_8), json.random);
            try {
                useEverything(Message.parse(text));
            } catch (GatewayException refused) {
                assertThat(Oracle.isMessage(text))
                        .as(() -> new String(text, UTF_8))
                        .isFalse();
            }
        }
    }

    @Test
    void replacingPartsLeavesEveryOtherByteAlone() {
        RandomJson json = new RandomJson("replacingPartsLeavesEveryOtherByteAlone");
        for (int i = 0; i < 4_000; i++) {
            String before = request(json, json.value(4));
            Message message = Message.parse(before.getBytes(UTF_8));
            Message.Edit edit = message.edit();
            List<Field> chosen = new ArrayList<>();
            for (Field field : EDITABLE) {
                if (message.has(field) && json.random.nextBoolean()) {
                    chosen.add(field);
                }
            }
            // From the last to the first, so that earlier places stay right: the slow and obvious way.
            List<Field> backwards = new ArrayList<>(chosen);
            backwards.sort((a, b) ->
                    Integer.compare(message.get(b).start(), message.get(a).start()));
            StringBuilder expected = new StringBuilder(new String(before.getBytes(UTF_8), ISO_8859_1));
            for (Field field : backwards) {
                JsonSlice place = message.get(field);
                expected.replace(place.start(), place.end(), "\"new-" + field + "\"");
            }
            chosen.forEach(field -> edit.set(field, ("\"new-" + field + "\"").getBytes(UTF_8)));
            assertThat(edit.toBytes()).as(before).isEqualTo(expected.toString().getBytes(ISO_8859_1));
            assertThat(message.with(Field.ID, "7".getBytes(UTF_8)))
                    .isEqualTo(message.edit().set(Field.ID, "7".getBytes(UTF_8)).toBytes());
        }
    }

    @Test
    void everyPartIsTheValueThatJacksonFindsThere() throws Exception {
        RandomJson json = new RandomJson("everyPartIsTheValueThatJacksonFindsThere");
        for (int i = 0; i < 4_000; i++) {
            String text = request(json, json.value(4));
            Message message = Message.parse(text.getBytes(UTF_8));
            JsonNode tree = Oracle.MAPPER.readTree(text);
            JsonNode params = tree.path("params");
            assertSame(message.get(Field.ID), tree.path("id"), text);
            assertSame(message.get(Field.PARAMS), params, text);
            assertSame(message.get(Field.NAME), params.path("name"), text);
            assertSame(message.get(Field.URI), params.path("uri"), text);
            assertSame(message.get(Field.CURSOR), params.path("cursor"), text);
            assertSame(message.get(Field.META), params.path("_meta"), text);
            assertSame(message.get(Field.PROGRESS_TOKEN), params.path("_meta").path("progressToken"), text);
            assertThat(message.method()).as(text).isEqualTo(tree.path("method").asText());
            if (params.path("name").isTextual()) {
                assertThat(message.text(Field.NAME))
                        .isEqualTo(params.path("name").asText());
            }
        }
    }

    @Test
    void slicesReadTheSameMembersAndElementsAsJackson() throws Exception {
        RandomJson json = new RandomJson("slicesReadTheSameMembersAndElementsAsJackson");
        for (int i = 0; i < 4_000; i++) {
            String text = json.value(5);
            JsonNode tree = Oracle.MAPPER.readTree(text);
            JsonSlice slice = JsonSlice.parse(text);
            if (tree.isArray()) {
                List<JsonSlice> elements = slice.elements();
                assertThat(elements).hasSize(tree.size());
                for (int k = 0; k < elements.size(); k++) {
                    assertSame(elements.get(k), tree.get(k), text);
                }
            } else if (tree.isObject()) {
                ObjectNode copy = Oracle.MAPPER.createObjectNode();
                // A later member of the same name wins in Jackson.
                slice.members((key, value) -> copy.set(key, tree(value)));
                assertThat(copy).as(text).isEqualTo(tree);
                JsonSlice changed = slice.withMember("new \"member\"", "[1.0]".getBytes(UTF_8));
                copy.set("new \"member\"", Oracle.MAPPER.readTree("[1.0]"));
                assertThat(tree(changed)).as(text).isEqualTo(copy);
            } else if (tree.isTextual()) {
                assertThat(slice.text()).isEqualTo(tree.asText());
            }
        }
    }

    private static void useEverything(Message message) {
        for (Field field : Field.values()) {
            JsonSlice part = message.get(field);
            if (part != null) {
                assertThat(part.text()).isNotNull();
                part.members((key, value) -> assertThat(value.length()).isPositive());
                part.elements();
                message.with(field, new byte[] {'1'});
            }
            message.text(field);
            message.plainNumber(field);
        }
        message.id();
        assertThat(message.toString()).isNotEmpty();
    }

    private static void assertSame(JsonSlice slice, JsonNode node, String text) {
        if (node.isMissingNode()) {
            assertThat(slice).as(text).isNull();
        } else {
            assertThat(tree(slice)).as(text).isEqualTo(node);
        }
    }

    private static JsonNode tree(JsonSlice slice) {
        try {
            return Oracle.MAPPER.readTree(slice.toBytes());
        } catch (IOException e) {
            throw new AssertionError(slice.toString(), e);
        }
    }

    /** A request whose envelope is right, with its members in any order and unknown ones among them. */
    private static String request(RandomJson json, String arguments) {
        List<String> meta = new ArrayList<>(List.of(json.member("\"traceparent\"", json.string())));
        maybe(json, meta, "progressToken");
        List<String> params = new ArrayList<>(List.of(
                json.member("\"arguments\"", arguments),
                json.member(json.pick("\"name\"", "\"n\\u0061me\""), json.string()),
                json.member("\"_meta\"", object(json, meta))));
        maybe(json, params, "uri");
        maybe(json, params, "cursor");
        return object(
                json,
                new ArrayList<>(List.of(
                        json.member("\"jsonrpc\"", "\"2.0\""),
                        json.member(
                                "\"id\"",
                                json.pick("1", "\"1\"", "1.0", "-7", "\"a\\u0062\"", "123456789012345678901")),
                        json.member(json.pick("\"method\"", "\"\\u006dethod\""), "\"tools/call\""),
                        json.member("\"params\"", object(json, params)),
                        json.member("\"x-vendor\"", json.value(3)))));
    }

    private static void maybe(RandomJson json, List<String> members, String key) {
        if (json.random.nextBoolean()) {
            members.add(json.member("\"" + key + "\"", json.random.nextBoolean() ? json.string() : "17"));
        }
    }

    /** Members of an envelope at random: often wrong, often twice. */
    private static String anyEnvelope(RandomJson json) {
        List<String> members = new ArrayList<>();
        add(json, members, 30, "\"jsonrpc\"", "\"2.0\"", "\"2.0\"", "\"2.0\"", "\"2.0\"", "\"2.0\"", "2.0", "\"1.0\"");
        add(json, members, 15, "\"id\"", "1", "\"a\"", "-1.5e3", "null", "{}", "true", "[1]");
        add(json, members, 15, "\"method\"", "\"ping\"", "\"\"", "\"tools/call\"", "5", "null");
        add(
                json,
                members,
                8,
                "\"params\"",
                "{}",
                "{}",
                "{}",
                "{\"name\":1,\"name\":2}",
                "{\"_meta\":{}}",
                "[]",
                "null");
        add(json, members, 5, "\"result\"", "{}", "null", json.value(2));
        add(json, members, 5, "\"error\"", "{\"code\":1,\"message\":\"\"}", "null");
        add(json, members, 2, "\"\\u0069d\"", "1", "2");
        return json.space() + object(json, members) + json.space();
    }

    private static void add(RandomJson json, List<String> members, int often, String key, String... values) {
        if (json.random.nextInt(20) < often) {
            members.add(json.member(key, json.pick(values)));
        }
        if (json.random.nextInt(60) == 0) {
            members.add(json.member(key, json.pick(values)));
        }
    }

    private static String object(RandomJson json, List<String> members) {
        Collections.shuffle(members, json.random);
        return "{" + json.space() + String.join("," + json.space(), members) + "}";
    }

    /** One to three random changes of single bytes, insertions or cuts. */
    private static byte[] damage(byte[] text, Random random) {
        byte[] damaged = text.clone();
        for (int k = random.nextInt(3); k >= 0 && damaged.length > 0; k--) {
            int at = random.nextInt(damaged.length);
            byte interesting = (byte) "\"\\{}[],:0-.eE\n\u0000tfnu".charAt(random.nextInt(19));
            switch (random.nextInt(4)) {
                case 0 -> damaged[at] = (byte) random.nextInt(256);
                case 1 -> damaged[at] = interesting;
                case 2 -> damaged = Splice.replace(damaged, 0, damaged.length, at, at, new byte[] {interesting});
                default ->
                    damaged = Splice.replace(
                            damaged,
                            0,
                            damaged.length,
                            at,
                            Math.min(damaged.length, at + 1 + random.nextInt(4)),
                            new byte[0]);
            }
        }
        return damaged;
    }

    private static boolean isJson(byte[] text) {
        try {
            JsonSlice.parse(text);
            return true;
        } catch (GatewayException refused) {
            return false;
        }
    }

    private static boolean isMessage(byte[] text) {
        try {
            Message.parse(text);
            return true;
        } catch (GatewayException refused) {
            return false;
        }
    }
}
