package io.forgemcp.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class JsonSliceTest {
    @Test
    void knowsWhatItIs() {
        assertThat(JsonSlice.parse(" {} ").isObject()).isTrue();
        assertThat(JsonSlice.parse("[]").isArray()).isTrue();
        assertThat(JsonSlice.parse("\"\"").isString()).isTrue();
        assertThat(JsonSlice.parse("null").isNull()).isTrue();
        assertThat(JsonSlice.parse("true").isTrue()).isTrue();
        assertThat(JsonSlice.parse("-1").isNumber()).isTrue();
        assertThat(JsonSlice.parse("false").isTrue()).isFalse();
    }

    @Test
    void findsMembersByTheirDecodedName() {
        JsonSlice object = JsonSlice.parse("{\"a\":{\"b\":\"inner\"},\"\\u0062\":\"outer\",\"b\":\"second\"}");
        assertThat(object.textMember("b")).isEqualTo("outer");
        assertThat(object.member("a").textMember("b")).isEqualTo("inner");
        assertThat(object.member("c")).isNull();
        assertThat(object.textMember("a")).isNull();
        assertThat(JsonSlice.parse("[1]").member("a")).isNull();
        assertThat(JsonSlice.parse("{}").elements()).isEmpty();
    }

    @Test
    void aMemberIsReplacedInPlaceOrAddedInFront() {
        assertThat(JsonSlice.parse("{ \"a\" : 1 , \"b\":2}").withMember("a", bytes("[]")))
                .hasToString("{ \"a\" : [] , \"b\":2}");
        assertThat(JsonSlice.parse("{ \"b\":2}").withMember("a", bytes("1"))).hasToString("{\"a\":1, \"b\":2}");
        assertThat(JsonSlice.parse("{ }").withMember("\"", bytes("1"))).hasToString("{\"\\\"\":1 }");
    }

    @Test
    void aMemberOfAPartIsReplacedWithoutTouchingTheMessage() {
        JsonSlice whole = JsonSlice.parse("[0,{\"a\":1},2]");
        assertThat(whole.elements().get(1).withMember("a", bytes("9"))).hasToString("{\"a\":9}");
        assertThat(whole).hasToString("[0,{\"a\":1},2]");
    }

    @Test
    void onlyAnObjectCanHaveMembers() {
        assertThatThrownBy(() -> JsonSlice.parse("[1]").withMember("a", bytes("1")))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aDetachedPartEqualsTheOriginal() {
        JsonSlice part = JsonSlice.parse("[\"x\",\"y\"]").elements().get(1);
        assertThat(part.detached()).isEqualTo(part).hasSameHashCodeAs(part).isNotEqualTo(JsonSlice.parse("\"x\""));
        assertThat(part.detached().toBytes()).isEqualTo(bytes("\"y\""));
        assertThat(part.length()).isEqualTo(3);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
