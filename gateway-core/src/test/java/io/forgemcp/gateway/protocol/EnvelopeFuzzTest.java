package io.forgemcp.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.fuzz.Mutations;
import io.forgemcp.gateway.protocol.Message.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are: they are read as somebody else's parser reads them, or refused as a message should be. */
class EnvelopeFuzzTest {
    private static final List<String> SAMPLES = List.of(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\",\"arguments\":{\"x\":[1.0,null]},\"_meta\":{\"progressToken\":\"p\"}}}",
            "{\"jsonrpc\":\"2.0\",\"id\":\"a\\u00e9\",\"result\":{\"content\":[],\"resultType\":\"complete\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":-1.50e3,\"error\":{\"code\":-32601,\"message\":\"no\",\"data\":{}}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7,\"reason\":\"😀\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"resources/read\",\"params\":{\"uri\":\"x://y\",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}}}",
            "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"a\",\"x\\u00eѣ\":{}}",
            " [ ] ");

    @Test
    void bytesAreReadAsOthersReadThemOrRefused() {
        assertThat(Mutations.run("EnvelopeFuzzTest", SAMPLES, EnvelopeFuzzTest::fuzzerTestOneInput))
                .isPositive();
    }

    /** The target. */
    public static void fuzzerTestOneInput(byte[] input) {
        Message message;
        try {
            message = Message.parse(input.clone(), Message.DEFAULT_MAX_DEPTH);
        } catch (GatewayException refused) {
            if (refused.code() != io.forgemcp.gateway.error.ErrorCode.NESTING_TOO_DEEP && Oracle.isMessage(input)) {
                throw new AssertionError("Refused, though others take it", refused);
            }
            return;
        }
        if (!Oracle.isMessage(input)) {
            throw new AssertionError("Taken, though others refuse it");
        }
        for (Field field : Field.values()) {
            message.text(field);
            JsonSlice slice = message.get(field);
            if (slice != null && !Oracle.isJson(slice.toString().getBytes(StandardCharsets.UTF_8))) {
                throw new AssertionError(field + " is no JSON: " + slice);
            }
        }
        if (message.id() != null) {
            Message other = Message.parse(message.with(Field.ID, "\"other\"".getBytes(StandardCharsets.US_ASCII)));
            if (other.kind() != message.kind() || !"other".equals(other.text(Field.ID))) {
                throw new AssertionError("Another id makes another message: " + other);
            }
        }
    }
}
