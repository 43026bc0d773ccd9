package io.forgemcp.server.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.io.IOException;
import java.util.Locale;

/** Reads the JSON of REST requests, which is one object without members of the same name. */
public final class JsonBody {
    /** No REST request needs more; a tree of small values takes some thirty times the bytes that it is written with. */
    static final int LARGEST = 256 * 1024;

    private static final ObjectReader STRICT = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    private JsonBody() {}

    /** @throws GatewayException {@code MALFORMED_JSON}, or {@code INVALID_REQUEST} if it is no object */
    public static ObjectNode object(byte[] body) {
        try {
            if (STRICT.readTree(body) instanceof ObjectNode object) {
                return object;
            }
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
        throw new GatewayException(ErrorCode.INVALID_REQUEST, "The body has to be a JSON object.");
    }

    /** A name in snake case, however it is written. */
    public static String snakeCase(String name) {
        return name.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
