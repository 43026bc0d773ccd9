package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.security.Caller;
import org.jspecify.annotations.Nullable;

/** One HTTP request to an MCP endpoint, its body read in full, its caller known. A web server implements it. */
public interface McpRequest {
    enum Verb {
        GET,
        POST,
        DELETE
    }

    Verb verb();

    /** The virtual server that the path names, by name, slug or id; null for the endpoint over everything. */
    @Nullable
    String virtualServer();

    /** The first header with this name, without regard to case. */
    @Nullable
    String header(String name);

    /**
     * The name of a header of MCP ({@code Mcp-...} or {@code Last-Event-ID}, without regard to case) that is there more than
     * once; null if there is none. Who reads the last of them is told another story than who reads the first.
     */
    @Nullable
    String repeatedHeader();

    /**
     * The query parameter with this name, decoded; null if there is none.
     *
     * @throws io.forgemcp.gateway.error.GatewayException with {@code INVALID_REQUEST} if it is there more than once: who
     *     reads the last of them is told another story than who reads the first
     */
    @Nullable
    String query(String name);

    /** The path of the request as the client sees it, without the query: legacy SSE builds its post URL from it. */
    String path();

    /** Never null; empty without a body. Not changed by anyone. */
    byte[] body();

    Caller caller();
}
