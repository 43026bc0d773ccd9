package io.forgemcp.gateway.protocol;

import org.jspecify.annotations.Nullable;

/** Whether a tool runs as a task (MCP 2025-11-25, Tasks, Tool-Level Negotiation). */
public enum TaskSupport {
    FORBIDDEN,
    OPTIONAL,
    REQUIRED,
    /** Its server, which has no sessions, decides it call by call ({@link TaskExtension}). */
    SERVER_DECIDES;

    /** @param tool as its server, which has sessions, lists it */
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

    /**
     * Whether a server without sessions may make tasks of calls.
     *
     * @param greeting its answer to {@code server/discover}, or to {@code initialize}; null if there is none
     */
    public static boolean isDecidedByServer(@Nullable JsonSlice greeting) {
        JsonSlice capabilities = greeting == null ? null : greeting.member("capabilities");
        return greeting != null
                && capabilities != null
                && greeting.member("supportedVersions") != null
                && TaskExtension.isIn(capabilities);
    }
}
