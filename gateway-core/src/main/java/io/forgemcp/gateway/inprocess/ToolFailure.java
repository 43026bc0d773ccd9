package io.forgemcp.gateway.inprocess;

/**
 * A tool could not do what it was asked, for a reason that the model can read and act on. Becomes a result with {@code
 * isError} and exactly this message (MCP 2025-11-25, Tools, Error Handling).
 */
public final class ToolFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ToolFailure(String message) {
        super(message);
    }

    public ToolFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
