package io.forgemcp.gateway.service;

/** How a server is spoken to (MCP, Transports). */
public enum WireProtocol {
    /** Lines on standard input and output. */
    STDIO,
    /** One URL that takes POST and GET, since MCP 2025-03-26. */
    STREAMABLE_HTTP,
    /** A stream and a URL to post to, MCP 2024-11-05. */
    SSE,
    /** Streamable HTTP if the URL answers that way, HTTP+SSE otherwise (MCP, Transports, Backwards Compatibility). */
    HTTP_PROBED
}
