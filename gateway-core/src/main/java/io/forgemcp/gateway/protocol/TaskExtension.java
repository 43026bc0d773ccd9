package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.protocol.Message.Field;
import java.util.Set;

/**
 * The extension by which a server of the generation without sessions answers a call of a tool with a task ({@code
 * io.modelcontextprotocol/tasks}): only if the request itself declares it.
 */
public final class TaskExtension {
    public static final String NAME = RequestMeta.PREFIX + "tasks";

    private static final String EXTENSIONS = "extensions";

    private TaskExtension() {}

    /** @param capabilities what a client or a server declares, a JSON object */
    public static boolean isIn(JsonSlice capabilities) {
        JsonSlice extensions = capabilities.member(EXTENSIONS);
        return extensions != null && extensions.member(NAME) != null;
    }

    /** The extensions without this one. */
    public static JsonSlice removedFrom(JsonSlice extensions) {
        return extensions.without(Set.of(NAME));
    }

    /** The capabilities with this extension among them. */
    public static JsonSlice declaredIn(JsonSlice capabilities) {
        JsonSlice extensions = capabilities.member(EXTENSIONS);
        JsonSlice others = extensions == null || !extensions.isObject() ? JsonSlice.parse("{}") : extensions;
        return capabilities.withMember(
                EXTENSIONS, others.withMember(NAME, new byte[] {'{', '}'}).toBytes());
    }

    /** The request as one that does not declare it, so that no server makes a task of it. */
    public static Message undeclared(Message request) {
        JsonSlice meta = request.get(Field.META);
        JsonSlice capabilities = meta == null ? null : meta.member(RequestMeta.CLIENT_CAPABILITIES);
        JsonSlice extensions = capabilities == null ? null : capabilities.member(EXTENSIONS);
        if (meta == null || capabilities == null || extensions == null) {
            return request;
        }
        JsonSlice kept =
                capabilities.withMember(EXTENSIONS, removedFrom(extensions).toBytes());
        return Message.parse(request.with(
                Field.META,
                meta.withMember(RequestMeta.CLIENT_CAPABILITIES, kept.toBytes()).toBytes()));
    }
}
