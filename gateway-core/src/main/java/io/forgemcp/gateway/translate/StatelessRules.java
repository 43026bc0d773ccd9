package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.McpRequest;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What HTTP asks of a request that knows no session (MCP 2026-07-28, Streamable HTTP): headers that say the same as the body,
 * and a status that says the same as the error. The child sees neither, so they are looked after here.
 */
final class StatelessRules {
    private static final String CLAIM = "io.modelcontextprotocol/protocolVersion";
    private static final Set<String> NAMED = Set.of("tools/call", "prompts/get");
    private static final int HEADER_MISMATCH = -32020;

    private StatelessRules() {}

    /** Whether the message says for itself which revision it speaks. */
    static boolean isModern(Message message) {
        JsonSlice meta = message.isAnswer() ? null : message.get(Message.Field.META);
        return meta != null && meta.member(CLAIM) != null;
    }

    /** The refusal if a header does not say what the body says; null if all is well. */
    static byte @Nullable [] mismatch(McpRequest request, Message message) {
        if (!message.isRequest()) {
            return null;
        }
        JsonSlice meta = message.get(Message.Field.META);
        String reason = differs(request, "MCP-Protocol-Version", meta == null ? null : meta.textMember(CLAIM));
        if (reason == null) {
            reason = differs(request, "Mcp-Method", message.method());
        }
        if (reason == null) {
            reason = differs(request, "Mcp-Name", name(message));
        }
        return reason == null ? null : error(message.requireId(), reason);
    }

    private static @Nullable String name(Message message) {
        if (NAMED.contains(message.method())) {
            return message.text(Message.Field.NAME);
        }
        if (message.method().equals("resources/read")) {
            return message.text(Message.Field.URI);
        }
        JsonSlice params = message.method().startsWith("tasks/") ? message.get(Message.Field.PARAMS) : null;
        return params == null ? null : params.textMember("taskId");
    }

    private static @Nullable String differs(McpRequest request, String header, @Nullable String said) {
        if (said == null) {
            return null;
        }
        String sent = request.header(header);
        if (sent == null) {
            return "The header " + header + " is missing; it repeats \"" + said + "\" of the body.";
        }
        return decoded(sent.strip()).equals(said) ? null : "The header " + header + " does not say what the body says.";
    }

    private static String decoded(String value) {
        if (!value.startsWith("=?base64?") || !value.endsWith("?=") || value.length() < 11) {
            return value;
        }
        try {
            return new String(
                    Base64.getDecoder().decode(value.substring(9, value.length() - 2)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return value;
        }
    }

    /** The headers that a request has to bring along, names and values in turn; none for the older generation. */
    static List<String> headers(Message message) {
        if (!isModern(message)) {
            return List.of();
        }
        JsonSlice meta = message.get(Message.Field.META);
        String version = meta == null ? null : meta.textMember(CLAIM);
        List<String> headers = new ArrayList<>();
        headers.addAll(List.of("MCP-Protocol-Version", encoded(String.valueOf(version))));
        headers.addAll(List.of("Mcp-Method", encoded(message.method())));
        String name = name(message);
        if (name != null) {
            headers.addAll(List.of("Mcp-Name", encoded(name)));
        }
        return headers;
    }

    /** As a header field may hold it (MCP 2026-07-28, Streamable HTTP, Value Encoding). */
    private static String encoded(String text) {
        boolean plain = !text.isEmpty()
                && text.strip().equals(text)
                && !text.startsWith("=?base64?")
                && text.chars().allMatch(c -> c >= 0x20 && c <= 0x7e);
        return plain
                ? text
                : "=?base64?" + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)) + "?=";
    }

    private static byte[] error(RequestId id, String reason) {
        return ("{\"jsonrpc\":\"2.0\",\"id\":" + id.json() + ",\"error\":{\"code\":" + HEADER_MISMATCH + ",\"message\":"
                        + new String(JsonText.quote(reason), StandardCharsets.UTF_8) + "}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The status of an answer that is not streamed. */
    static int status(byte[] json) {
        JsonSlice error = Message.parse(json).get(Message.Field.ERROR);
        JsonSlice code = error == null ? null : error.member("code");
        return switch (code == null ? "" : code.toString()) {
            case "-32601" -> 404;
            case "-32020", "-32021", "-32022" -> 400;
            default -> 200;
        };
    }
}
