package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import org.jspecify.annotations.Nullable;

/**
 * What a modern request says of itself in {@code params._meta} (MCP 2026-07-28, Base Protocol, _meta).
 *
 * @param version the revision that its client speaks, as written
 * @param capabilities what its client can do for a server, an object
 * @param logLevel the least level of log messages that it wants; null for none at all
 */
public record RequestMeta(
        String version, JsonSlice capabilities, @Nullable LogLevel logLevel) {
    /** What all the names begin with that the protocol itself defines. */
    public static final String PREFIX = "io.modelcontextprotocol/";

    public static final String PROTOCOL_VERSION = PREFIX + "protocolVersion";
    public static final String CLIENT_CAPABILITIES = PREFIX + "clientCapabilities";
    public static final String CLIENT_INFO = PREFIX + "clientInfo";
    public static final String LOG_LEVEL = PREFIX + "logLevel";
    public static final String SERVER_INFO = PREFIX + "serverInfo";
    public static final String SUBSCRIPTION_ID = PREFIX + "subscriptionId";

    /** @throws GatewayException with {@link ErrorCode#REQUEST_META_INVALID} that names the member at fault */
    public static RequestMeta read(Message request) {
        JsonSlice meta = request.get(Message.Field.META);
        if (meta == null || !meta.isObject()) {
            throw invalid("params._meta is missing. Every request needs it, with \"" + PROTOCOL_VERSION + "\" and \""
                    + CLIENT_CAPABILITIES + "\".");
        }
        String version = request.text(Message.Field.CLAIMED_VERSION);
        if (version == null) {
            throw invalid("params._meta needs the string \"" + PROTOCOL_VERSION + "\".");
        }
        JsonSlice[] found = new JsonSlice[3];
        meta.members((name, value) -> {
            switch (name) {
                case CLIENT_CAPABILITIES -> found[0] = value;
                case LOG_LEVEL -> found[1] = value;
                case CLIENT_INFO -> found[2] = value;
                default -> {
                    // Somebody else's: it passes through.
                }
            }
        });
        JsonSlice capabilities = found[0];
        if (capabilities == null || !capabilities.isObject()) {
            throw invalid("params._meta needs the object \"" + CLIENT_CAPABILITIES + "\"; it may be empty.");
        }
        JsonSlice client = found[2];
        if (client != null && !client.isObject()) {
            throw invalid("params._meta has a \"" + CLIENT_INFO + "\" that is no object.");
        }
        return new RequestMeta(version, capabilities, found[1] == null ? null : level(found[1]));
    }

    private static LogLevel level(JsonSlice value) {
        String text = value.isString() ? value.text() : value.toString();
        return LogLevel.find(text)
                .orElseThrow(() -> invalid("params._meta has a \"" + LOG_LEVEL
                        + "\" that is none of debug, info, notice, warning, error, critical, alert and emergency."));
    }

    private static GatewayException invalid(String message) {
        return new GatewayException(ErrorCode.REQUEST_META_INVALID, message);
    }
}
