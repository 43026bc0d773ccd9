package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.McpRequest;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Era;
import io.forgemcp.gateway.protocol.HeaderText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.MirroredName;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestMeta;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What HTTP asks of a request that knows no session (MCP 2026-07-28, Streamable HTTP): headers that say the same as the body,
 * and a status that says the same as the error. The child sees neither, so they are looked after here.
 */
final class StatelessRules {
    private static final String VERSION = "MCP-Protocol-Version";

    private StatelessRules() {}

    /** Whether the message says for itself which revision it speaks. */
    static boolean isModern(Message message) {
        return message.has(Message.Field.CLAIMED_VERSION);
    }

    /** Whether the header names a revision without sessions. */
    static boolean saysModern(McpRequest request) {
        String version = request.header(VERSION);
        return version != null && isModern(HeaderText.trimmed(version));
    }

    /** Whether this is the date of a revision without sessions that the bridge knows. */
    static boolean isModern(String version) {
        return ProtocolVersion.find(version)
                .filter(known -> known.era() == Era.MODERN)
                .isPresent();
    }

    /**
     * Looks at what a request says of itself and whether its headers say the same.
     *
     * @throws GatewayException with {@link ErrorCode#REQUEST_META_INVALID} or {@link ErrorCode#HEADER_MISMATCH}
     */
    static void check(McpRequest request, Message message, KnownTools tools) {
        if (message.isRequest()) {
            RequestMeta.read(message);
            checkHeader(request, VERSION, message.text(Message.Field.CLAIMED_VERSION));
            checkHeader(request, "Mcp-Method", message.method());
            checkHeader(request, "Mcp-Name", MirroredName.of(message));
            String mismatch = tools.of(message).mismatch(KnownTools.arguments(message), request::header);
            if (mismatch != null) {
                throw new GatewayException(ErrorCode.HEADER_MISMATCH, mismatch);
            }
        }
    }

    private static void checkHeader(McpRequest request, String header, @Nullable String said) {
        if (said == null) {
            return;
        }
        String sent = request.header(header);
        if (sent == null) {
            throw new GatewayException(
                    ErrorCode.HEADER_MISMATCH, "The header " + header + " is missing; it repeats what the body says.");
        }
        if (!said.equals(HeaderText.decode(sent))) {
            throw new GatewayException(
                    ErrorCode.HEADER_MISMATCH, "The header " + header + " does not say what the body says.");
        }
    }

    /** The headers that a request has to bring along, names and values in turn; none for the older generation. */
    static List<String> headers(Message message, KnownTools tools) {
        String version = message.text(Message.Field.CLAIMED_VERSION);
        if (version == null || message.isAnswer()) {
            return List.of();
        }
        List<String> headers = new ArrayList<>();
        headers.addAll(List.of(VERSION, HeaderText.encode(version)));
        headers.addAll(List.of("Mcp-Method", HeaderText.encode(message.method())));
        String name = MirroredName.of(message);
        if (name != null) {
            headers.addAll(List.of("Mcp-Name", HeaderText.encode(name)));
        }
        headers.addAll(tools.of(message).headers(KnownTools.arguments(message)));
        return headers;
    }

    /** The status of an answer that is not streamed. */
    static int status(byte[] json) {
        String code = Message.parse(json).errorCode();
        return switch (code == null ? "" : code) {
            case "-32601" -> 404;
            case "-32020", "-32021", "-32022" -> 400;
            default -> 200;
        };
    }
}
