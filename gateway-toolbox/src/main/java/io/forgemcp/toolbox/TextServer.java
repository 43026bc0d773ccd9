package io.forgemcp.toolbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.JavaTool;
import io.forgemcp.gateway.inprocess.Schema;
import io.forgemcp.gateway.inprocess.ToolAnnotations;
import io.forgemcp.gateway.inprocess.ToolArguments;
import io.forgemcp.gateway.inprocess.ToolFailure;
import io.forgemcp.gateway.inprocess.ToolResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What models are bad at with text: exact JSON, patterns, hashes, counts. */
public final class TextServer {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*([A-Za-z0-9_.-]+)\\s*}}");

    private TextServer() {}

    public static JavaServer create() {
        Schema json = Schema.string("JSON text");
        Schema pointer = Schema.string("JSON Pointer (RFC 6901) such as /items/0/name; empty for the whole");
        Schema text = Schema.string("The text");
        Schema regex = Schema.string("Java regular expression");
        Schema flags = Schema.string("Any of i (ignore case), m (^ and $ at every line), s (dot matches line breaks)")
                .otherwise("");
        return JavaServer.builder("text", "1.0")
                .tool(tool("json_get", "Takes the value at a place out of a JSON text.")
                        .input(Schema.object().required("json", json).required("pointer", pointer))
                        .handler(JsonTools::get))
                .tool(tool(
                                "json_set",
                                "Puts a value at a place of a JSON text and returns the changed text. A dash as the"
                                        + " last part appends to a list.")
                        .input(Schema.object()
                                .required("json", json)
                                .required("pointer", pointer)
                                .required("value", Schema.any("Any JSON value")))
                        .handler(JsonTools::set))
                .tool(tool(
                                "json_format",
                                "Indents a JSON text, or makes it as short as possible. Keeps the digits of numbers.")
                        .input(Schema.object()
                                .required("json", json)
                                .optional(
                                        "style",
                                        Schema.oneOf("", "pretty", "compact").otherwise("pretty"))
                                .optional(
                                        "sortKeys",
                                        Schema.bool("Whether to sort the names in objects")
                                                .otherwise(false)))
                        .handler(JsonTools::format))
                .tool(tool(
                                "json_validate",
                                "Tells whether a text is JSON and, if not, in which line and column it fails.")
                        .input(Schema.object().required("json", json))
                        .handler(JsonTools::validate))
                .tool(tool("json_diff", "Lists the differences between two JSON texts by place.")
                        .input(Schema.object().required("left", json).required("right", json))
                        .handler(JsonTools::diff))
                .tool(tool("regex_find", "Finds all matches of a regular expression with their groups and offsets.")
                        .input(Schema.object()
                                .required("text", text)
                                .required("pattern", regex)
                                .optional("flags", flags)
                                .optional(
                                        "limit",
                                        Schema.integer("How many at most")
                                                .between(1, 1000)
                                                .otherwise(100)))
                        .handler(RegexTools::find))
                .tool(tool(
                                "regex_replace",
                                "Replaces all matches of a regular expression; $1 and ${name} stand for groups.")
                        .input(Schema.object()
                                .required("text", text)
                                .required("pattern", regex)
                                .required("replacement", Schema.string("What to put in place of each match"))
                                .optional("flags", flags))
                        .handler(RegexTools::replace))
                .tool(tool("base64", "Encodes text as base64 or decodes base64 to text.")
                        .input(Schema.object()
                                .required("text", text)
                                .optional(
                                        "direction",
                                        Schema.oneOf("", "encode", "decode").otherwise("encode"))
                                .optional(
                                        "urlSafe",
                                        Schema.bool("Whether to use - and _ and no padding")
                                                .otherwise(false)))
                        .handler(TextServer::base64))
                .tool(tool("hash", "Computes a checksum of text in UTF-8, as hexadecimal digits.")
                        .input(Schema.object()
                                .required("text", text)
                                .optional(
                                        "algorithm",
                                        Schema.oneOf("", "SHA-256", "SHA-512", "SHA-1", "MD5")
                                                .otherwise("SHA-256")))
                        .handler(TextServer::hash))
                .tool(JavaTool.named("uuid", "Makes random UUIDs (version 4).")
                        .annotations(new ToolAnnotations(true, false, false, false))
                        .input(Schema.object()
                                .optional(
                                        "count",
                                        Schema.integer("How many")
                                                .between(1, 100)
                                                .otherwise(1)))
                        .handler(arguments -> ToolResponse.text(Stream.generate(UUID::randomUUID)
                                .limit(arguments.integer("count", 1))
                                .map(UUID::toString)
                                .collect(Collectors.joining("\n")))))
                .tool(tool("count", "Counts characters, words, lines, sentences and UTF-8 bytes of a text.")
                        .input(Schema.object().required("text", text))
                        .handler(TextServer::count))
                .tool(tool("render", "Fills a template: every {{name}} is replaced by the value of that name.")
                        .input(Schema.object()
                                .required("template", Schema.string("Text with {{name}} in it"))
                                .required(
                                        "values",
                                        Schema.parse("{\"type\":\"object\",\"description\":\"Values by name\"}")))
                        .handler(TextServer::render))
                .build();
    }

    private static JavaTool.Builder tool(String name, String description) {
        return JavaTool.named(name, description).annotations(ToolAnnotations.READ_ONLY);
    }

    private static ToolResponse base64(ToolArguments arguments) {
        boolean urlSafe = arguments.bool("urlSafe", false);
        String text = arguments.string("text");
        if (arguments.string("direction", "encode").equals("encode")) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            Base64.Encoder encoder = urlSafe ? Base64.getUrlEncoder().withoutPadding() : Base64.getEncoder();
            return ToolResponse.text(encoder.encodeToString(bytes));
        }
        try {
            byte[] bytes = urlSafe
                    ? Base64.getUrlDecoder().decode(text.strip())
                    : Base64.getDecoder().decode(text.replaceAll("\\s", ""));
            String decoded = FilesServer.decoded(bytes);
            if (decoded == null) {
                throw new ToolFailure("The base64 holds " + bytes.length + " bytes that are not text.");
            }
            return ToolResponse.text(decoded);
        } catch (IllegalArgumentException notBase64) {
            throw new ToolFailure("This is not base64: " + notBase64.getMessage() + ".", notBase64);
        }
    }

    private static ToolResponse hash(ToolArguments arguments) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance(arguments.string("algorithm", "SHA-256"));
        return ToolResponse.text(
                HexFormat.of().formatHex(digest.digest(arguments.string("text").getBytes(StandardCharsets.UTF_8))));
    }

    private static ToolResponse count(ToolArguments arguments) {
        String text = arguments.string("text");
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("characters", text.codePointCount(0, text.length()));
        answer.put("words", text.isBlank() ? 0 : text.strip().split("\\s+").length);
        answer.put("lines", text.lines().count());
        answer.put(
                "sentences",
                Pattern.compile("[^.!?\\s][^.!?]*").matcher(text).results().count());
        answer.put("bytes", text.getBytes(StandardCharsets.UTF_8).length);
        return ToolResponse.json(answer);
    }

    private static ToolResponse render(ToolArguments arguments) {
        var values = arguments.require("values");
        Matcher matcher = PLACEHOLDER.matcher(arguments.string("template"));
        String missing = matcher.results()
                .map(match -> match.group(1))
                .filter(name -> !values.has(name))
                .distinct()
                .collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            throw new ToolFailure("The template needs values that were not given: " + missing + ".");
        }
        return ToolResponse.text(matcher.replaceAll(match -> {
            var value = values.get(match.group(1));
            return Matcher.quoteReplacement(value.isTextual() ? value.textValue() : value.toString());
        }));
    }
}
