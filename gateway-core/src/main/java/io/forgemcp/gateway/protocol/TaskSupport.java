package io.forgemcp.gateway.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Whether a tool of a server with sessions runs as a task (MCP 2025-11-25, Tasks, Tool-Level Negotiation). Servers without
 * sessions decide it call by call ({@link TaskExtension}).
 */
public enum TaskSupport {
    FORBIDDEN,
    OPTIONAL,
    REQUIRED;

    /** @param tool as its server lists it */
    public static TaskSupport of(JsonSlice tool) {
        JsonSlice execution = tool.member("execution");
        String support = execution == null || !execution.isObject() ? null : execution.textMember("taskSupport");
        return switch (support == null ? "" : support) {
            case "optional" -> OPTIONAL;
            case "required" -> REQUIRED;
            default -> FORBIDDEN;
        };
    }

    /**
     * Whether a server with sessions runs calls of tools as tasks.
     *
     * @param capabilities of the server; null if it declared none
     */
    public static boolean isIn(@Nullable JsonSlice capabilities) {
        JsonSlice tasks = capabilities == null ? null : capabilities.member("tasks");
        JsonSlice requests = tasks == null ? null : tasks.member("requests");
        JsonSlice tools = requests == null ? null : requests.member("tools");
        return tools != null && tools.member("call") != null;
    }
}
