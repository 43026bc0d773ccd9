package io.forgemcp.auth.client;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why the gateway cannot or will not be authorised; the sentences never hold a token, a code or a secret. */
final class Refused {
    /** What others say is shown only if it is nothing but a code. */
    private static final Pattern CODE = Pattern.compile("[a-z_]{1,40}");

    private Refused() {}

    /** The error code that an authorization server gave (RFC 6749, sections 4.1.2.1 and 5.2); empty if it gave none. */
    static String code(@Nullable Object error) {
        return error instanceof String text && CODE.matcher(text).matches() ? " (" + text + ")" : "";
    }

    static GatewayException because(String reason) {
        return new GatewayException(ErrorCode.UPSTREAM_REFUSED, sentence(reason));
    }

    static String sentence(String reason) {
        return "The gateway was not authorised: " + reason;
    }
}
