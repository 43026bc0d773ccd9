package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.DetailedException;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.Route;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client can ask for by name, and how that name is resolved. */
public enum Offering {
    TOOL(ErrorCode.UNKNOWN_TOOL, "Unknown tool: ", "tools/list names the tools there are."),
    PROMPT(ErrorCode.UNKNOWN_PROMPT, "Unknown prompt: ", "prompts/list names the prompts there are."),
    RESOURCE(ErrorCode.UNKNOWN_RESOURCE, "Resource not found: ", "resources/list names the resources there are."),
    /** A template itself, or a resource that could be made from one. */
    TEMPLATE(
            ErrorCode.UNKNOWN_RESOURCE,
            "Resource template not found: ",
            "resources/templates/list names the templates there are.");

    private static final int LONGEST_QUOTE = 100;

    private final ErrorCode code;
    private final String complaint;
    private final String advice;

    Offering(ErrorCode code, String complaint, String advice) {
        this.code = code;
        this.complaint = complaint;
        this.advice = advice;
    }

    /** Where the name leads; null if nobody is known to have it. */
    @Nullable
    Route find(ServerView view, String name) {
        return switch (this) {
            case TOOL -> view.tool(name);
            case PROMPT -> view.prompt(name);
            case RESOURCE -> view.resource(name);
            case TEMPLATE -> view.template(name);
        };
    }

    /** The servers that never ran and that may have it. */
    List<ServiceName> unlearntOwners(ServerView view, String name) {
        if (this == TOOL || this == PROMPT) {
            return view.unlearntOwners(name);
        }
        // A URI bears no prefix: only servers that somebody chose by hand are started to look for it.
        return view.server().services().isEmpty() ? List.of() : view.unlearnt();
    }

    /** The server's own name in the place of the exposed one; null for resources, whose URIs stay as they are. */
    public byte @Nullable [] nameAt(Route route) {
        return this == RESOURCE || this == TEMPLATE ? null : route.quotedOriginal();
    }

    GatewayException unknown(String name) {
        String quoted = name.length() <= LONGEST_QUOTE ? name : name.substring(0, LONGEST_QUOTE) + "...";
        String message = complaint + quoted + ". " + advice;
        return code == ErrorCode.UNKNOWN_RESOURCE
                ? new DetailedException(
                        code, message, "\"uri\":" + new String(JsonText.quote(name), StandardCharsets.UTF_8))
                : new GatewayException(code, message);
    }
}
