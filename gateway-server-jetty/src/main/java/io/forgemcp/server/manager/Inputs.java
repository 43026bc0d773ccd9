package io.forgemcp.server.manager;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.config.read.Durations;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.server.http.RestRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a request says, in its query or in a JSON object as its body, in camel case or snake case. A parameter or member that
 * nobody knows is refused, so that a misspelt {@code force} does not pass for none.
 */
final class Inputs {
    private static final ObjectReader STRICT = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    private final RestRequest request;
    private final Map<String, JsonNode> members;

    private Inputs(RestRequest request, Map<String, JsonNode> members) {
        this.request = request;
        this.members = members;
    }

    /**
     * @param names in snake case, of everything that may be said
     * @throws GatewayException if the body is not JSON, no object, or has another member, or the query another parameter
     */
    static Inputs of(RestRequest request, String... names) {
        Map<String, JsonNode> members = new TreeMap<>();
        Set<String> known = Set.of(names);
        for (String parameter : request.parameters().get()) {
            if (!known.contains(snakeCase(parameter))) {
                throw unknown("parameter", parameter, known);
            }
        }
        if (request.body().length > 0) {
            object(request).properties().forEach(member -> {
                String name = snakeCase(member.getKey());
                if (!known.contains(name)) {
                    throw unknown("member", member.getKey(), known);
                }
                members.put(name, member.getValue());
            });
        }
        return new Inputs(request, members);
    }

    private static GatewayException unknown(String kind, String name, Set<String> known) {
        return invalid("unknown " + kind + " \"" + shorten(name) + "\". "
                + (known.isEmpty()
                        ? "This request takes none."
                        : "Known: " + String.join(", ", new java.util.TreeSet<>(known)) + "."));
    }

    /** The body, which has to be a JSON object. */
    static ObjectNode object(RestRequest request) {
        if (json(request) instanceof ObjectNode object) {
            return object;
        }
        throw new GatewayException(ErrorCode.INVALID_REQUEST, "The body has to be a JSON object.");
    }

    private static JsonNode json(RestRequest request) {
        try {
            return STRICT.readTree(request.body());
        } catch (JsonProcessingException malformed) {
            String where = malformed.getLocation() == null
                    ? ""
                    : " at line " + malformed.getLocation().getLineNr() + ", column "
                            + malformed.getLocation().getColumnNr();
            throw new GatewayException(
                    ErrorCode.MALFORMED_JSON, "The body is not JSON" + where + ". Send one object.", malformed);
        } catch (IOException impossible) {
            throw new java.io.UncheckedIOException(impossible);
        }
    }

    /** A yes or no; no if nothing is said. */
    boolean flag(String name) {
        JsonNode member = members.get(name);
        if (member != null && member.isBoolean()) {
            return member.booleanValue();
        }
        String text = text(name);
        if (text == null) {
            return false;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "", "true", "1", "yes" -> true;
            case "false", "0", "no" -> false;
            default -> throw invalid(name + ": \"" + shorten(text) + "\" is neither true nor false.");
        };
    }

    /** A text of at most so many characters; empty if nothing is said. */
    String text(String name, int most) {
        String text = text(name);
        if (text != null && text.length() > most) {
            throw invalid(name + ": at most " + most + " characters are kept, not " + text.length() + ".");
        }
        return text == null ? "" : text;
    }

    /** A time that is said, in seconds or with a unit. */
    Duration duration(String name, Duration most) {
        JsonNode member = members.get(name);
        String text = member != null && member.isNumber() ? member.asText() : text(name);
        if (text == null) {
            throw invalid(name + ": missing. Write for example \"30m\".");
        }
        try {
            Duration duration = Durations.parse(text, "s");
            if (!duration.isNegative() && !duration.isZero() && duration.compareTo(most) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException | ArithmeticException unreadable) {
            // Said below, together with what is out of range.
        }
        throw invalid(name + ": \"" + shorten(text) + "\" is not a time from 1s to " + Durations.format(most) + ".");
    }

    /** A number between bounds. */
    double number(String name, double absent, double least, double most) {
        JsonNode member = members.get(name);
        String text = member != null && member.isNumber() ? member.asText() : text(name);
        if (text == null) {
            return absent;
        }
        try {
            double value = Double.parseDouble(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // Refused below like a number that is out of range.
        }
        throw invalid(name + ": \"" + shorten(text) + "\" is not a number from " + least + " to " + most + ".");
    }

    /** A text; null if nothing is said. */
    @Nullable
    String text(String name) {
        JsonNode member = members.get(name);
        if (member == null) {
            String query = request.query().apply(name);
            return query != null ? query : request.query().apply(camelCase(name));
        }
        if (!member.isTextual()) {
            throw invalid(name + ": " + shorten(member.toString()) + " is not of the right kind.");
        }
        return member.textValue();
    }

    static String snakeCase(String name) {
        return name.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    private static String camelCase(String name) {
        StringBuilder camel = new StringBuilder();
        for (String word : name.split("_")) {
            camel.append(camel.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return camel.toString();
    }

    static GatewayException invalid(String message) {
        return new GatewayException(ErrorCode.INVALID_PARAMS, message);
    }

    private static String shorten(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }
}
