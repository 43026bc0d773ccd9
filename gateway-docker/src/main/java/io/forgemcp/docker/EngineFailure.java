package io.forgemcp.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.exception.DockerException;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceName;

/** What failures of the engine are for people. */
final class EngineFailure {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private EngineFailure() {}

    /** What the engine said, or what kept it from answering; without a full stop. */
    static String reason(Throwable failure) {
        Throwable cause = GatewayException.unwrap(failure);
        if (cause instanceof DockerException said) {
            return said(String.valueOf(said.getMessage()));
        }
        if (cause instanceof GatewayException known) {
            return withoutStop(String.valueOf(known.getMessage()));
        }
        // The innermost cause says what really happened; the client wraps it several times.
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return withoutStop(message == null ? cause.getClass().getSimpleName() : message);
    }

    /** Whether the engine answered, so that the failure is about the command and not about the engine. */
    static boolean answered(Throwable failure) {
        return GatewayException.unwrap(failure) instanceof DockerException;
    }

    static GatewayException startFailed(ServiceName service, String why) {
        return startFailed(service, why, null);
    }

    static GatewayException startFailed(
            ServiceName service, String why, @org.jspecify.annotations.Nullable Throwable cause) {
        return new GatewayException(
                ErrorCode.SERVICE_START_FAILED,
                "Service " + service + " could not be started in a container: " + why + ".",
                cause);
    }

    /** docker-java's message is {@code Status 404: {"message":"No such image: x"}}. */
    private static String said(String message) {
        int brace = message.indexOf('{');
        if (brace >= 0) {
            try {
                String inside = MAPPER.readTree(message.substring(brace))
                        .path("message")
                        .asText();
                if (!inside.isEmpty()) {
                    return withoutStop(inside);
                }
            } catch (JsonProcessingException notJson) {
                return withoutStop(message);
            }
        }
        return withoutStop(message);
    }

    private static String withoutStop(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }

    /** What is said of the engine, which may go away at any moment of a start, with the service that it is about. */
    static GatewayException named(ServiceName service, Throwable failure) {
        GatewayException why = GatewayException.of(failure);
        String message = String.valueOf(why.getMessage());
        if (why.code() != ErrorCode.SERVICE_UNAVAILABLE || message.startsWith("Service " + service + " ")) {
            return why;
        }
        return new GatewayException(why.code(), "Service " + service + " cannot be started: " + message, why);
    }
}
