package io.forgemcp.gateway.endpoint.modern;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.fuzz.Mutations;
import io.forgemcp.gateway.protocol.HeaderText;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.ParameterHeaders;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the gateway writes into headers it takes back, and what others write is read or refused, never more. */
class HeaderFuzzTest {
    private static final List<String> SAMPLES = List.of(
            "us-west1",
            " padded ",
            "=?base64?SGVsbG8=?=",
            "=?base64??=",
            "Hello, 世界",
            "line1\r\nline2",
            "{\"inputSchema\":{\"type\":\"object\",\"properties\":{\"r\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"},\"n\":{\"type\":\"integer\",\"x-mcp-header\":\"N\"}}},\"arguments\":{\"r\":\"a b\",\"n\":42}}",
            "{\"inputSchema\":{\"properties\":{\"n\":{\"type\":\"integer\",\"x-mcp-header\":\"N\"}}},\"arguments\":{\"n\":4e99999999999}}",
            "{\"inputSchema\":{\"properties\":{\"r\":{\"type\":\"string\",\"x-mcp-header\":\"R\"}}},\"arguments\":{\"r\":\"a\\ud800 b\"}}",
            "{\"inputSchema\":{\"properties\":{\"o\":{\"properties\":{\"b\":{\"type\":\"boolean\",\"x-mcp-header\":\"B\"}}}}},\"arguments\":{\"o\":{\"b\":true}}}");

    @Test
    void whatIsWrittenIsReadBackAndWhatOthersWriteIsReadOrRefused() {
        assertThat(Mutations.run("HeaderFuzzTest", SAMPLES, HeaderFuzzTest::fuzzerTestOneInput))
                .isPositive();
    }

    /** The target. */
    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        String sent = HeaderText.encode(text);
        if (!text.equals(HeaderText.decode(sent))) {
            throw new AssertionError("Sent as " + sent + ", read as " + HeaderText.decode(sent));
        }
        if (sent.chars().anyMatch(c -> c != '\t' && (c < 0x20 || c > 0x7e))) {
            throw new AssertionError("No value of a header: " + sent);
        }
        String read = HeaderText.decode(text);
        if (read != null && !read.equals(HeaderText.decode(HeaderText.encode(read)))) {
            throw new AssertionError("Not read twice the same: " + read);
        }
        checkParameters(text);
    }

    private static void checkParameters(String text) {
        JsonSlice tool = tool(text);
        if (tool == null) {
            return;
        }
        ParameterHeaders parameters = ParameterHeaders.of(tool);
        JsonSlice arguments = tool.member("arguments");
        Map<String, String> headers = new HashMap<>();
        List<String> written = parameters.headers(arguments);
        for (int i = 0; i < written.size(); i += 2) {
            headers.put(written.get(i).toLowerCase(Locale.ROOT), written.get(i + 1));
        }
        String complaint = parameters.mismatch(arguments, name -> headers.get(name.toLowerCase(Locale.ROOT)));
        if (complaint != null) {
            throw new AssertionError("Its own headers " + written + ": " + complaint);
        }
    }

    private static @Nullable JsonSlice tool(String text) {
        try {
            JsonSlice slice = JsonSlice.parse(text);
            return slice.isObject() ? slice : null;
        } catch (GatewayException refused) {
            return null;
        }
    }
}
