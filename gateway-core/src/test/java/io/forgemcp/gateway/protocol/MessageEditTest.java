package io.forgemcp.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.protocol.Message.Field;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Members that are put into a message, and taken out of one. */
class MessageEditTest {
    @Test
    void membersAreAddedAtTheFrontBesideReplacements() {
        Message message = parse(
                "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"name\":\"a\",\"_meta\":{\"x\":1}}}");

        assertThat(text(message.edit()
                        .set(Field.ID, bytes("77"))
                        .set(Field.NAME, bytes("\"bb\""))
                        .add(Field.META, bytes("\"y\":2"))
                        .toBytes()))
                .isEqualTo(
                        "{\"id\":77,\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"name\":\"bb\",\"_meta\":{\"y\":2,\"x\":1}}}");
    }

    @Test
    void anEmptyObjectGetsNoComma() {
        Message message = parse("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{ }}");

        assertThat(text(message.edit().add(Field.RESULT, bytes("\"a\":1")).toBytes()))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\":1 }}");
    }

    @Test
    void onlyAnObjectThatIsThereTakesMembers() {
        Message message = parse("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[]}");

        assertThatThrownBy(() -> message.edit().add(Field.RESULT, bytes("\"a\":1")))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> message.edit().add(Field.PARAMS, bytes("\"a\":1")))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void membersAreTakenOutAndTheRestStays() {
        JsonSlice object = JsonSlice.parse("{\"a\":1.0, \"b\":[{}] ,\"c\":\"\\u0041\"}");

        assertThat(object.without(Set.of("b"))).hasToString("{\"a\":1.0,\"c\":\"\\u0041\"}");
        assertThat(object.without(Set.of("a", "b", "c"))).hasToString("{}");
        assertThat(object.without(Set.of("z"))).isSameAs(object);
    }

    @Test
    void aFingerprintIgnoresOrderWhiteSpaceAndEscapesButNothingElse() {
        String fingerprint = fingerprint("{\"a\":[1,\"é\"],\"b\":{\"c\":null}}");

        assertThat(fingerprint("{ \"b\" : {\"c\":null}, \"a\":[1,\"\\u00e9\"] }"))
                .isEqualTo(fingerprint);
        assertThat(fingerprint("{\"a\":[1,\"é\"],\"b\":{\"c\":null},\"ignored\":7}"))
                .isEqualTo(fingerprint);
        assertThat(fingerprint("{\"a\":[1.0,\"é\"],\"b\":{\"c\":null}}")).isNotEqualTo(fingerprint);
        assertThat(fingerprint("{\"a\":[\"1\",\"é\"],\"b\":{\"c\":null}}")).isNotEqualTo(fingerprint);
        assertThat(fingerprint("{\"a\":[1,\"é\"],\"b\":{\"c\":null,\"ignored\":7}}"))
                .isNotEqualTo(fingerprint);
    }

    private static String fingerprint(String json) {
        return java.util.HexFormat.of().formatHex(JsonDigest.of(JsonSlice.parse(json), Set.of("ignored")));
    }

    private static Message parse(String json) {
        return Message.parse(bytes(json));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
