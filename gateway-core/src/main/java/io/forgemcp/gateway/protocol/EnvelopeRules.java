package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Message.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Which members make a message, and of which kind (JSON-RPC 2.0, sections 4 and 5, as MCP narrows them). Takes the places
 * of the members in the text as {@link Message} finds them: begin and end for each {@link Field}, both 0 where it is not.
 */
final class EnvelopeRules {
    private static final byte[] TWO = "\"2.0\"".getBytes(StandardCharsets.US_ASCII);

    private EnvelopeRules() {}

    /** @throws GatewayException with {@link ErrorCode#INVALID_REQUEST} for what is no message */
    static Kind kind(byte[] bytes, int[] places) {
        if (!has(places, Field.VERSION)
                || !Arrays.equals(
                        bytes,
                        places[Field.VERSION.ordinal() * 2],
                        places[Field.VERSION.ordinal() * 2 + 1],
                        TWO,
                        0,
                        TWO.length)) {
            throw invalid("A message needs \"jsonrpc\": \"2.0\".");
        }
        boolean id = has(places, Field.ID);
        byte first = id ? bytes[places[Field.ID.ordinal() * 2]] : 0;
        boolean validId = first == '"' || first == '-' || (first >= '0' && first <= '9');
        if (has(places, Field.METHOD)) {
            if (bytes[places[Field.METHOD.ordinal() * 2]] != '"') {
                throw invalid("\"method\" must be a string.");
            }
            if (has(places, Field.PARAMS) && bytes[places[Field.PARAMS.ordinal() * 2]] != '{') {
                throw invalid("\"params\" must be an object.");
            }
            if (id && (!validId || (first != '"' && !isInteger(bytes, places)))) {
                throw invalid("\"id\" must be a string or an integer; null and fractions are none.");
            }
            if (has(places, Field.RESULT) || has(places, Field.ERROR)) {
                throw invalid("A message is either a request or an answer, not both.");
            }
            return id ? Kind.REQUEST : Kind.NOTIFICATION;
        }
        boolean result = has(places, Field.RESULT);
        if (result == has(places, Field.ERROR)) {
            throw invalid("A message needs exactly one of \"method\", \"result\" and \"error\".");
        }
        // JSON-RPC lets an error carry a null id when the request could not be read; some leave it out.
        if (!validId && (result || (id && first != 'n'))) {
            throw invalid("An answer needs the \"id\" of its request.");
        }
        return result ? Kind.RESULT : Kind.ERROR;
    }

    /** Almost every number is one of digits only, which is seen without making anything. */
    private static boolean isInteger(byte[] bytes, int[] places) {
        int begin = places[Field.ID.ordinal() * 2];
        int end = places[Field.ID.ordinal() * 2 + 1];
        for (int i = begin; i < end; i++) {
            if (bytes[i] == '.' || bytes[i] == 'e' || bytes[i] == 'E') {
                return RequestId.isInteger(new String(bytes, begin, end - begin, StandardCharsets.US_ASCII));
            }
        }
        return true;
    }

    /** Whether the member was found. */
    static boolean has(int[] places, Field field) {
        return places[field.ordinal() * 2 + 1] != 0;
    }

    static GatewayException invalid(String message) {
        return new GatewayException(ErrorCode.INVALID_REQUEST, message);
    }
}
