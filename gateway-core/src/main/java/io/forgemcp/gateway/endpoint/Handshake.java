package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers initialize (MCP 2025-11-25, Lifecycle): agrees on a revision and says what the gateway can do. Answers from
 * the catalog; no server is woken. Thread-safe.
 */
public final class Handshake {
    private final String version;
    private final RelayedCapabilities capabilities;

    /**
     * @param version of the gateway, as clients see it
     * @param catalog what servers can do
     * @param isolation of a service; null if it is not registered any more
     */
    public Handshake(
            String version, Supplier<CatalogSnapshot> catalog, Function<ServiceName, @Nullable Isolation> isolation) {
        this.version = version;
        this.capabilities = new RelayedCapabilities(catalog, isolation);
    }

    /** The result of initialize, with the agreed revision noted in the session. */
    byte[] initialize(ClientSession session, Message request, ServerView view) {
        JsonSlice params = request.get(Field.PARAMS);
        String wanted = params == null ? null : params.textMember("protocolVersion");
        if (params == null || wanted == null) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    "initialize needs params.protocolVersion, for example \"" + ProtocolVersion.LATEST_LEGACY.date()
                            + "\".");
        }
        ProtocolVersion agreed = ProtocolVersion.findLegacy(wanted).orElse(ProtocolVersion.LATEST_LEGACY);
        JsonSlice declared = params.member("capabilities");
        session.initialized(agreed, declared != null && declared.isObject() ? declared : JsonSlice.parse("{}"));
        String result = "{\"protocolVersion\":\"" + agreed.date() + "\",\"capabilities\":"
                + capabilities.of(view, agreed) + ",\"serverInfo\":{\"name\":\"forge-mcp-gateway\",\"version\":"
                + quoted(version)
                + title(agreed, view) + "}"
                + (view.instructions().isEmpty() ? "" : ",\"instructions\":" + quoted(view.instructions())) + "}";
        return result.getBytes(StandardCharsets.UTF_8);
    }

    /** Titles exist since 2025-06-18. */
    private static String title(ProtocolVersion agreed, ServerView view) {
        return agreed.compareTo(ProtocolVersion.V2025_06_18) < 0
                ? ""
                : ",\"title\":" + quoted("Forge MCP Gateway: " + view.server().name());
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
