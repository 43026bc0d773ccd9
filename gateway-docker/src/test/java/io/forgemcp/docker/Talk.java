package io.forgemcp.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A conversation with the small server of the test image, one call at a time. */
final class Talk {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final OutputStream input;
    private final BufferedReader output;
    private int id;

    Talk(Instance instance) {
        InstanceAddress.Stdio streams = (InstanceAddress.Stdio) instance.address();
        input = streams.input();
        output = new BufferedReader(new InputStreamReader(streams.output(), StandardCharsets.UTF_8));
    }

    /** The text of the answer. */
    String call(String tool, Map<String, ?> arguments) throws IOException {
        send(tool, arguments);
        return answer();
    }

    /** The text of the next answer. */
    String answer() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("the server has gone");
        }
        JsonNode answer = MAPPER.readTree(line);
        return answer.path("result").path("content").path(0).path("text").asText();
    }

    /** Without waiting for the answer. */
    void send(String tool, Map<String, ?> arguments) throws IOException {
        Map<String, ?> message = Map.of(
                "jsonrpc",
                "2.0",
                "id",
                ++id,
                "method",
                "tools/call",
                "params",
                Map.of("name", tool, "arguments", arguments));
        input.write((MAPPER.writeValueAsString(message) + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }
}
