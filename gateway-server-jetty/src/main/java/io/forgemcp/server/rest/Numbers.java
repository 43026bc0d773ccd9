package io.forgemcp.server.rest;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.server.http.RestRequest;

/** Reads numbers from queries. */
public final class Numbers {
    private Numbers() {}

    /** @throws GatewayException if the parameter is there and no number between the bounds */
    public static long in(RestRequest request, String name, long absent, long least, long most) {
        String text = request.query().apply(name);
        if (text == null || text.isEmpty()) {
            return absent;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // Refused below like a number that is out of range.
        }
        throw new GatewayException(
                ErrorCode.INVALID_PARAMS,
                "Parameter " + name + " has to be a number from " + least + " to " + most + ".");
    }
}
