package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.protocol.Message.Field;
import org.jspecify.annotations.Nullable;

/** What the {@code Mcp-Name} header of a modern request repeats (MCP 2026-07-28, Standard Request Headers). */
public final class MirroredName {
    private MirroredName() {}

    /** The name, URI or task id that the request is about; null if its method has none or it lacks it. */
    public static @Nullable String of(Message request) {
        return switch (request.method()) {
            case "tools/call", "prompts/get" -> request.text(Field.NAME);
            case "resources/read" -> request.text(Field.URI);
            case "tasks/get", "tasks/update", "tasks/cancel" -> {
                JsonSlice params = request.get(Field.PARAMS);
                yield params == null ? null : params.textMember("taskId");
            }
            default -> null;
        };
    }
}
