package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The words of the initialize handshake (MCP 2025-11-25, Lifecycle): the gateway asks for the newest revision that has
 * one and takes whatever known revision the server answers with.
 */
record Handshake(JsonSlice result, ProtocolVersion version) {
    private static final Message INITIALIZED = Messages.notification("notifications/initialized", null);

    static Message initialize(String gatewayVersion, String capabilities) {
        String params = "{\"protocolVersion\":\"" + ProtocolVersion.LATEST_LEGACY.date() + "\",\"capabilities\":"
                + capabilities + ",\"clientInfo\":{\"name\":\"forge-mcp-gateway\",\"version\":"
                + new String(JsonText.quote(gatewayVersion), StandardCharsets.UTF_8) + "}}";
        return Messages.request(RequestId.of(0), "initialize", params.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] initialized() {
        return INITIALIZED.bytes();
    }

    /** @throws GatewayException if the server refused, or speaks no revision that the gateway knows */
    static Handshake read(String service, Message answer) {
        JsonSlice error = answer.get(Message.Field.ERROR);
        if (error != null) {
            throw new GatewayException(
                    ErrorCode.UPSTREAM_PROTOCOL,
                    "Service \"" + service + "\" refused to initialize: " + shortened(error.toString()));
        }
        JsonSlice result = answer.get(Message.Field.RESULT);
        String date = result == null ? null : result.textMember("protocolVersion");
        if (result == null || date == null) {
            throw new GatewayException(
                    ErrorCode.UPSTREAM_PROTOCOL,
                    "Service \"" + service
                            + "\" answered initialize without a protocolVersion: it is not an MCP server.");
        }
        ProtocolVersion version = ProtocolVersion.findLegacy(date)
                .orElseThrow(() -> new GatewayException(
                        ErrorCode.UPSTREAM_PROTOCOL,
                        "Service \"" + service + "\" wants to speak MCP \"" + shortened(date)
                                + "\", which the gateway does not know."));
        return new Handshake(result.detached(), version);
    }

    /** Whether the server announced anything that it would say outside the answer to a request. */
    boolean maySpeakUnasked() {
        JsonSlice capabilities = result.member("capabilities");
        return capabilities != null
                && (capabilities.member("logging") != null
                        || isTrue(capabilities, "tools", "listChanged")
                        || isTrue(capabilities, "prompts", "listChanged")
                        || isTrue(capabilities, "resources", "listChanged")
                        || isTrue(capabilities, "resources", "subscribe"));
    }

    /** Whether the server announced that it would say when its lists change. */
    boolean announcesLists() {
        return announces("tools") || announces("prompts") || announces("resources");
    }

    /** The same about one list. */
    boolean announces(String list) {
        JsonSlice capabilities = result.member("capabilities");
        return capabilities != null && isTrue(capabilities, list, "listChanged");
    }

    private static boolean isTrue(JsonSlice capabilities, String feature, String flag) {
        JsonSlice member = capabilities.member(feature);
        JsonSlice value = member == null ? null : member.member(flag);
        return value != null && value.isTrue();
    }

    private static String shortened(@Nullable String text) {
        return text == null ? "" : text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
}
