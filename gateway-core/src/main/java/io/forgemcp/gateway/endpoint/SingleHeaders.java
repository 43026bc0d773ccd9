package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;

/**
 * No header of MCP may be there twice, not even with the same value: HTTP allows it for lists only (RFC 9110, section 5.3),
 * and a proxy that reads the last one must not be told another story than the gateway, which reads the first.
 */
public final class SingleHeaders {
    private SingleHeaders() {}

    /** @throws GatewayException with {@link ErrorCode#HEADER_MISMATCH} */
    public static void check(McpRequest request) {
        String repeated = request.repeatedHeader();
        if (repeated != null) {
            throw new GatewayException(
                    ErrorCode.HEADER_MISMATCH,
                    "The header " + repeated + " is there more than once. Send it once, with one value.");
        }
    }
}
