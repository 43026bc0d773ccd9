package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.ParameterHeaders;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which arguments of which tools are repeated as {@code Mcp-Param-...} headers, as learnt from the lists that pass by (MCP
 * 2026-07-28, Streamable HTTP, Custom Headers from Tool Parameters). Of a tool that no client has listed nothing is known.
 * Thread-safe.
 */
final class KnownTools {
    /** A server that renames its tools all the time must not fill the memory. */
    private static final int MOST = 10_000;

    private final Map<String, ParameterHeaders> byName = new ConcurrentHashMap<>();

    /** Looks at an answer; only lists of tools say something. */
    void learn(Message request, Message answer) {
        JsonSlice result = answer.get(Message.Field.RESULT);
        JsonSlice tools = result == null || !request.method().equals("tools/list") ? null : result.member("tools");
        if (tools == null) {
            return;
        }
        for (JsonSlice tool : tools.elements()) {
            String name = tool.textMember("name");
            if (name == null) {
                continue;
            }
            ParameterHeaders headers = ParameterHeaders.of(tool);
            if (headers.isEmpty()) {
                byName.remove(name);
            } else if (byName.size() < MOST) {
                byName.put(name, headers);
            }
        }
    }

    /** Of the tool that a request calls. */
    ParameterHeaders of(Message request) {
        String name =
                byName.isEmpty() || !request.method().equals("tools/call") ? null : request.text(Message.Field.NAME);
        return name == null ? ParameterHeaders.NONE : byName.getOrDefault(name, ParameterHeaders.NONE);
    }

    /** The arguments of a call; null if it has none. */
    static @Nullable JsonSlice arguments(Message call) {
        JsonSlice params = call.get(Message.Field.PARAMS);
        return params == null ? null : params.member("arguments");
    }
}
