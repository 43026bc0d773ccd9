package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;

/**
 * {@code UPSTREAM_UNREACHABLE} of a call of which nothing was given to the server: it has not run, and may be sent to another
 * instance. Made only where the gateway knows that, never from a code alone that comes from further away. Immutable.
 */
public final class Undelivered extends GatewayException {
    private static final long serialVersionUID = 1L;

    private final boolean spoken;

    private Undelivered(String message, boolean spoken, GatewayException cause) {
        super(ErrorCode.UPSTREAM_UNREACHABLE, message, cause);
        this.spoken = spoken;
    }

    /**
     * The same failure of a call that was not sent: one of a conversation that broke leaves nothing unknown for it.
     *
     * @param spoken whether the server had been spoken to when the call came to be sent
     */
    static GatewayException of(GatewayException reason, boolean spoken) {
        return switch (reason.code()) {
            case UPSTREAM_UNREACHABLE -> new Undelivered(String.valueOf(reason.getMessage()), spoken, reason);
            case OUTCOME_UNKNOWN -> new Undelivered(reason.getMessage() + " The call was not sent.", spoken, reason);
            default -> reason;
        };
    }

    /**
     * Whether the server had been spoken to, so that it worked once; false if it could not even be introduced to, as one
     * that ends whenever it is started.
     */
    public boolean spoken() {
        return spoken;
    }

    /** The failure where only a part of what the client asked for was not delivered, so that the whole may not be repeated. */
    static GatewayException ofPart(GatewayException failure) {
        return failure instanceof Undelivered
                ? new GatewayException(failure.code(), String.valueOf(failure.getMessage()), failure)
                : failure;
    }
}
