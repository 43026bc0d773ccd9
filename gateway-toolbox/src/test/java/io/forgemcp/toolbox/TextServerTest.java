package io.forgemcp.toolbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextServerTest {
    private final ToolClient text = new ToolClient(TextServer.create());

    @Test
    void aValueIsTakenOutOfJsonByItsPlace() {
        String json = "{\"a\":[{\"b/c\":1.50}],\"t\":\"x\"}";

        assertThat(text.text("json_get", "json", json, "pointer", "/a/0/b~1c")).isEqualTo("1.50");
        assertThat(text.text("json_get", "json", json, "pointer", "/t")).isEqualTo("x");
        assertThat(text.failure("json_get", "json", json, "pointer", "/a/0/z"))
                .isEqualTo("There is nothing at \"/a/0/z\". \"/a/0\" is an object with b/c.");
        assertThat(text.failure("json_get", "json", json, "pointer", "a")).contains("is not a JSON Pointer");
        assertThat(text.failure("json_get", "json", "{\"a\":", "pointer", "")).contains("line 1, column");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":1} | /b | {\"a\":1,\"b\":5}",
                "{\"a\":[1]} | /a/- | {\"a\":[1,5]}",
                "{\"a\":[1,2]} | /a/0 | {\"a\":[5,2]}",
                "[] | '' | 5"
            })
    void aValueIsPutIntoJson(String json, String pointer, String expected) {
        String changed = text.text("json_set", "json", json, "pointer", pointer, "value", 5);

        assertThat(text.text("json_format", "json", changed, "style", "compact"))
                .isEqualTo(expected);
    }

    @Test
    void aPlaceThatCannotHoldAValueIsRefused() {
        assertThat(text.failure("json_set", "json", "[1]", "pointer", "/7", "value", 5))
                .contains("Use 0 to 1");
        assertThat(text.failure("json_set", "json", "{\"a\":1}", "pointer", "/a/b", "value", 5))
                .contains("is a plain value");
        assertThat(text.failure("json_set", "json", "{}", "pointer", "/a/b", "value", 5))
                .contains("an object");
    }

    @Test
    void formattingKeepsDigitsAndCanSortNames() {
        String json = "{\"b\":1.0,\"a\":12345678901234567890,\"c\":1e400}";

        assertThat(text.text("json_format", "json", json, "style", "compact", "sortKeys", true))
                .startsWith("{\"a\":12345678901234567890,\"b\":1.0,");
        assertThat(text.text("json_format", "json", "{\"b\":[1]}")).isEqualTo("{\n  \"b\" : [ 1 ]\n}");
    }

    @Test
    void validationTellsWhereItFails() {
        assertThat(text.json("json_validate", "json", "{}").path("valid").asBoolean())
                .isTrue();
        assertThat(text.json("json_validate", "json", "").path("valid").asBoolean(true))
                .isFalse();
        assertThat(text.json("json_validate", "json", "{} {}").path("valid").asBoolean(true))
                .isFalse();
        assertThat(text.json("json_validate", "json", "{\"a\":1,\"a\":2}")
                        .path("problem")
                        .asText())
                .contains("Duplicate");
        assertThat(text.json("json_validate", "json", "{\n  oops").path("line").asInt())
                .isEqualTo(2);
    }

    @Test
    void differencesAreListedByPlace() {
        JsonNode diff = text.json(
                "json_diff", "left", "{\"a\":1,\"b\":[1,2],\"n\":null}", "right", "{\"a\":1.0,\"b\":[1,3,4],\"c\":{}}");

        assertThat(diff.path("equal").asBoolean(true)).isFalse();
        assertThat(diff.path("differences").findValuesAsText("path")).containsExactly("/b/1", "/b/2", "/n", "/c");
        assertThat(diff.path("differences").findValuesAsText("kind"))
                .containsExactly("changed", "added", "removed", "added");
        assertThat(text.json("json_diff", "left", "[1]", "right", "[1.0]")
                        .path("equal")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void patternsAreFoundWithGroupsAndReplaced() {
        JsonNode found = text.json("regex_find", "text", "a1 B22", "pattern", "([a-z])(\\d+)", "flags", "i");

        assertThat(found.path("matches").findValuesAsText("match")).containsExactly("a1", "B22");
        assertThat(found.at("/matches/1/groups/1").asText()).isEqualTo("22");
        assertThat(found.at("/matches/1/start").asInt()).isEqualTo(3);
        assertThat(text.text("regex_replace", "text", "a1 b2", "pattern", "(\\w)(\\d)", "replacement", "$2$1"))
                .isEqualTo("1a 2b");
        assertThat(text.failure("regex_replace", "text", "a", "pattern", "a", "replacement", "$9"))
                .contains("does not fit");
        assertThat(text.failure("regex_find", "text", "a", "pattern", "(")).contains("not a regular expression");
    }

    @Test
    @Timeout(30)
    void aCatastrophicPatternIsGivenUp() {
        assertThat(text.failure("regex_find", "text", "a".repeat(60) + "b", "pattern", "(a|aa)+c\\1"))
                .contains("takes too long");
        assertThat(text.failure("regex_find", "text", "ab".repeat(200_000), "pattern", "(a|b)*c"))
                .containsAnyOf("takes too long", "recurses too deeply");
    }

    @Test
    void base64HashCountUuidAndTemplatesAreExact() {
        assertThat(text.text("base64", "text", "hé")).isEqualTo("aMOp");
        assertThat(text.text("base64", "text", "aMOp", "direction", "decode")).isEqualTo("hé");
        assertThat(text.failure("base64", "text", "AP8=", "direction", "decode"))
                .contains("not text");
        assertThat(text.failure("base64", "text", "hello world!", "direction", "decode"))
                .contains("not base64");
        assertThat(text.text("hash", "text", "abc"))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(text.json("count", "text", "One two.\nThree é!").toString())
                .isEqualTo("{\"characters\":17,\"words\":4,\"lines\":2,\"sentences\":2,\"bytes\":18}");
        assertThat(text.text("uuid", "count", 3).lines()).hasSize(3).doesNotHaveDuplicates();
        assertThat(text.text("render", "template", "Hi {{ who }} {{n}}", "values", Map.of("who", "$1 Ann", "n", 2)))
                .isEqualTo("Hi $1 Ann 2");
        assertThat(text.failure("render", "template", "{{a}} {{b}}", "values", Map.of("a", "")))
                .contains("not given: b");
    }
}
