package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;

/** A failure that tells a program more than its code: further members of {@code error.data}. */
public final class DetailedException extends GatewayException {
    private static final long serialVersionUID = 1L;

    private final String details;

    /** @param details JSON members without braces, for example {@code "uri":"file:///a"} */
    public DetailedException(ErrorCode code, String message, String details) {
        super(code, message);
        this.details = details;
    }

    /** JSON members without braces. */
    public String details() {
        return details;
    }
}
