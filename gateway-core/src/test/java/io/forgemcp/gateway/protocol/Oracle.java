package io.forgemcp.gateway.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What somebody else's parser says about the same bytes. */
final class Oracle {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(100_000)
                    .maxNumberLength(1_000_000)
                    .build())
            .build();
    static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** Takes any number, also those whose exponent no BigDecimal can hold. */
    private static final JsonMapper LENIENT_ON_NUMBERS =
            JsonMapper.builder(FACTORY).build();

    private static final Pattern HALVES = Pattern.compile("\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}");

    private static final Pattern BEYOND_ASCII = Pattern.compile("[^\\x00-\\x7f]");

    private Oracle() {}

    /** Whether these bytes are one JSON value in UTF-8. */
    static boolean isJson(byte[] bytes) {
        try (JsonParser parser = FACTORY.createParser(whole(decode(bytes)))) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            finishScalar(parser);
            return parser.nextToken() == null;
        } catch (IOException refused) {
            return false;
        }
    }

    /** Whether these bytes are one JSON-RPC message as {@link Message} promises to accept it. */
    static boolean isMessage(byte[] bytes) {
        if (!isJson(bytes)) {
            return false;
        }
        try {
            return !repeatsAnEnvelopeMember(decode(bytes))
                    && isMessage(LENIENT_ON_NUMBERS.readTree(whole(decode(bytes))), decode(bytes));
        } catch (IOException refused) {
            return false;
        }
    }

    /** As the id was written; empty if it is no number. */
    private static String numberOfId(String text) throws IOException {
        try (JsonParser parser = FACTORY.createParser(whole(text))) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean id = parser.currentName().equals("id");
                if (parser.nextToken().isNumeric() && id) {
                    return parser.getText();
                }
                parser.skipChildren();
            }
            return "";
        }
    }

    private static boolean isInteger(String number) {
        try {
            return new BigDecimal(number).stripTrailingZeros().scale() <= 0;
        } catch (NumberFormatException | ArithmeticException beyond) {
            return !number.toLowerCase(Locale.ROOT).contains("e-") || number.matches("-?0(\\.0+)?[eE].*");
        }
    }

    private static boolean isMessage(JsonNode message, String text) throws IOException {
        if (!message.isObject() || !"2.0".equals(message.path("jsonrpc").textValue())) {
            return false;
        }
        JsonNode id = message.path("id");
        boolean validId = id.isTextual() || id.isNumber();
        if (message.has("method")) {
            return message.path("method").isTextual()
                    && (!message.has("params") || message.path("params").isObject())
                    && (!message.has("id") || id.isTextual() || (id.isNumber() && isInteger(numberOfId(text))))
                    && !message.has("result")
                    && !message.has("error");
        }
        if (message.has("result")) {
            return validId && !message.has("error");
        }
        return message.has("error") && (validId || id.isNull() || id.isMissingNode());
    }

    private static boolean repeatsAnEnvelopeMember(String text) throws IOException {
        try (JsonParser parser = FACTORY.createParser(whole(text))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            return repeats(parser, "");
        }
    }

    private static boolean repeats(JsonParser parser, String path) throws IOException {
        Set<String> envelope = switch (path) {
            case "" -> Set.of("id", "method", "params", "result", "error", "jsonrpc");
            case "params" -> Set.of("name", "uri", "cursor", "_meta", "requestId", "progressToken");
            default -> Set.of("progressToken");
        };
        Set<String> seen = new HashSet<>();
        boolean repeated = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            repeated |= envelope.contains(key) && !seen.add(key);
            boolean object = parser.nextToken() == JsonToken.START_OBJECT;
            if (object && (path + key).equals("params")) {
                repeated |= repeats(parser, "params");
            } else if (object && path.equals("params") && key.equals("_meta")) {
                repeated |= repeats(parser, "_meta");
            } else {
                parser.skipChildren();
            }
        }
        return repeated;
    }

    private static void finishScalar(JsonParser parser) throws JsonProcessingException, IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            parser.getText();
        }
    }

    /**
     * What Jackson should judge by. It refuses escaped halves of surrogate pairs in names; the grammar of JSON allows them
     * (RFC 8259, section 8.2). And it looks at the low byte only of what should be a hexadecimal digit, and so takes U+0463
     * for a "c": whatever is not ASCII, is an e acute here.
     */
    private static String whole(String text) {
        return BEYOND_ASCII
                .matcher(HALVES.matcher(text).replaceAll("\\\\u0041"))
                .replaceAll("\u00e9");
    }

    private static String decode(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }
}
