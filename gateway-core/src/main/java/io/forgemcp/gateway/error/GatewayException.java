package io.forgemcp.gateway.error;

import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A failure with a stable {@link ErrorCode}. The message says what happened, to which service, and what to do; it never
 * holds a secret. It is wrapped once, at the edge of the package where it arose.
 */
public class GatewayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public GatewayException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public GatewayException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code, "code");
    }

    /** The message without the full stop at its end, for a sentence that goes on behind it. */
    public String clause() {
        String message = getMessage();
        if (message == null) {
            return code.code();
        }
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    /** What kind of failure this is. */
    public ErrorCode code() {
        return code;
    }

    /**
     * The failure inside the wrappers that {@code CompletionStage} adds, as a gateway failure. Anything unexpected
     * becomes {@link ErrorCode#INTERNAL} with the original as its cause.
     */
    public static GatewayException of(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof GatewayException known) {
            return known;
        }
        return new GatewayException(
                ErrorCode.INTERNAL,
                "Unexpected " + cause.getClass().getSimpleName() + " in the gateway. The log has the details.",
                cause);
    }

    /** The failure inside the wrappers that {@code CompletionStage} and {@code Future} add. */
    public static Throwable unwrap(Throwable failure) {
        Throwable current = failure;
        while ((current instanceof CompletionException || current instanceof ExecutionException)
                && current.getCause() != null) {
            current = current.getCause();
        }
        return current;
    }
}
