package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.protocol.Message.Field;
import org.jspecify.annotations.Nullable;

/**
 * What MCP demands of the messages of servers beyond the envelope of JSON-RPC, in all revisions: a client whose library
 * checks it could do nothing with anything else, not even end the call. Looks at no member that the gateway does not know.
 */
public final class ServerMessageRules {
    private ServerMessageRules() {}

    /** @throws io.forgemcp.gateway.error.GatewayException with {@code INVALID_REQUEST} that says what is wrong */
    public static void check(Message message) {
        switch (message.kind()) {
            case RESULT -> {
                if (!message.isObject(Field.RESULT)) {
                    throw EnvelopeRules.invalid("The \"result\" of an answer must be an object.");
                }
            }
            case ERROR -> checkError(message.get(Field.ERROR));
            case NOTIFICATION -> checkNotification(message);
            case REQUEST -> {}
        }
    }

    /** Whether this may stand as the error of an answer: an object with an integer code and a text. */
    public static boolean isError(@Nullable JsonSlice error) {
        if (error == null) {
            return false;
        }
        JsonSlice code = error.member("code");
        return code != null
                && code.isNumber()
                && RequestId.isInteger(code.toString())
                && error.textMember("message") != null;
    }

    private static void checkError(@Nullable JsonSlice error) {
        if (!isError(error)) {
            throw EnvelopeRules.invalid(
                    "The \"error\" of an answer must be an object with an integer \"code\" and a string \"message\".");
        }
    }

    private static void checkNotification(Message message) {
        switch (message.method()) {
            case "notifications/progress" -> {
                require(message, isToken(message.get(Field.PROGRESS)), "progressToken");
                JsonSlice progress = param(message, "progress");
                require(message, progress != null && progress.isNumber(), "progress");
            }
            case "notifications/message" -> {
                // Any: a level that the gateway does not know may be known to the client.
                requireText(message, "level");
                require(message, param(message, "data") != null, "data");
            }
            case "notifications/resources/updated" -> require(message, message.text(Field.URI) != null, "uri");
            case "notifications/elicitation/complete" -> requireText(message, "elicitationId");
            case "notifications/tasks/status" -> {
                requireText(message, "taskId");
                requireText(message, "status");
            }
            default -> {}
        }
    }

    private static boolean isToken(@Nullable JsonSlice token) {
        return token != null && (token.isString() || (token.isNumber() && RequestId.isInteger(token.toString())));
    }

    private static @Nullable JsonSlice param(Message message, String name) {
        JsonSlice params = message.get(Field.PARAMS);
        return params == null ? null : params.member(name);
    }

    private static void requireText(Message message, String name) {
        JsonSlice value = param(message, name);
        require(message, value != null && value.isString(), name);
    }

    private static void require(Message message, boolean valid, String name) {
        if (!valid) {
            throw EnvelopeRules.invalid(message.method() + " has no valid \"" + name + "\".");
        }
    }
}
