package io.forgemcp.gateway.inprocess;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Hints about a tool's effects for clients that ask before they act (MCP 2025-11-25, Tools).
 *
 * @param readOnly it changes nothing
 * @param destructive it may delete or overwrite
 * @param idempotent calling it again with the same arguments changes nothing more
 * @param openWorld it reaches beyond this host
 */
public record ToolAnnotations(boolean readOnly, boolean destructive, boolean idempotent, boolean openWorld) {
    /** Looks and does not touch. */
    public static final ToolAnnotations READ_ONLY = new ToolAnnotations(true, false, true, false);
    /** Adds; what was there before stays. */
    public static final ToolAnnotations ADDS = new ToolAnnotations(false, false, false, false);
    /** May delete or overwrite. */
    public static final ToolAnnotations DESTRUCTIVE = new ToolAnnotations(false, true, false, false);

    ObjectNode json() {
        return Json.object()
                .put("readOnlyHint", readOnly)
                .put("destructiveHint", destructive)
                .put("idempotentHint", idempotent)
                .put("openWorldHint", openWorld);
    }
}
