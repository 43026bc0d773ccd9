package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.Route;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client can ask for by name, and how that name is resolved. */
enum Offering {
    TOOL(ErrorCode.UNKNOWN_TOOL, "Unknown tool: ", "tools/list names the tools there are."),
    PROMPT(ErrorCode.UNKNOWN_PROMPT, "Unknown prompt: ", "prompts/list names the prompts there are."),
    RESOURCE(ErrorCode.UNKNOWN_RESOURCE, "Resource not found: ", "resources/list names the resources there are.");

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
        };
    }

    /** The servers that never ran and that may have it. */
    List<ServiceName> unlearntOwners(ServerView view, String name) {
        if (this != RESOURCE) {
            return view.unlearntOwners(name);
        }
        // A URI bears no prefix: only servers that somebody chose by hand are started to look for it.
        return view.server().services().isEmpty() ? List.of() : view.unlearnt();
    }

    /** The server's own name in the place of the exposed one; null for resources, whose URIs stay as they are. */
    byte @Nullable [] nameAt(Route route) {
        return this == RESOURCE ? null : route.quotedOriginal();
    }

    GatewayException unknown(String name) {
        String quoted = name.length() <= LONGEST_QUOTE ? name : name.substring(0, LONGEST_QUOTE) + "...";
        return new GatewayException(code, complaint + quoted + ". " + advice);
    }
}
