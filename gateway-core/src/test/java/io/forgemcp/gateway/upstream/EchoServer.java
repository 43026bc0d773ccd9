package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The words of a small MCP server, without a transport: each message in gives messages out. */
final class EchoServer {
    private EchoServer() {}

    static final String INITIALIZE_RESULT =
            "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"echo\",\"version\":\"1\"}}";

    /** Progress if it was asked for, then an answer that holds the tool's name and arguments. */
    static List<byte[]> answer(Message message) {
        List<byte[]> out = new ArrayList<>();
        if (!message.isRequest()) {
            return out;
        }
        String id = message.requireId().json();
        if (message.method().equals("initialize")) {
            out.add(result(id, INITIALIZE_RESULT));
            return out;
        }
        JsonSlice token = message.get(Field.PROGRESS_TOKEN);
        if (token != null) {
            out.add(text("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                    + token + ",\"progress\":1}}"));
        }
        out.add(result(id, "{\"echo\":" + message.get(Field.PARAMS) + "}"));
        return out;
    }

    static byte[] result(String id, String result) {
        return text("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}");
    }

    static byte[] text(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
