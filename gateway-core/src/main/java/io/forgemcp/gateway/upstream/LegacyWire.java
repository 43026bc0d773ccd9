package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Era;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.RequestMeta;
import io.forgemcp.gateway.transport.Outgoing;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * A server with sessions was told in its handshake who asks; a modern client's request loses what it says of that, so
 * that no server takes the session for the other generation.
 */
final class LegacyWire implements Wire {
    static final LegacyWire INSTANCE = new LegacyWire();

    private static final Set<String> MODERN_META = Set.of(
            RequestMeta.PROTOCOL_VERSION,
            RequestMeta.CLIENT_CAPABILITIES,
            RequestMeta.CLIENT_INFO,
            RequestMeta.LOG_LEVEL);

    private LegacyWire() {}

    @Override
    public Outgoing request(UpstreamRequest request, ClientProfile profile, boolean tracked, long id) {
        Message message = request.message();
        byte[] number = Long.toString(id).getBytes(StandardCharsets.ISO_8859_1);
        Message.Edit edit = message.edit().set(Field.ID, number);
        byte[] name = request.name();
        if (name != null) {
            edit.set(Field.NAME, name);
        }
        if (profile.version().era() == Era.MODERN) {
            checkFirst(message);
            JsonSlice meta = message.get(Field.META);
            if (meta != null && meta.isObject()) {
                JsonSlice kept = meta.without(MODERN_META);
                edit.set(Field.META, (tracked ? kept.withMember("progressToken", number) : kept).toBytes());
            }
        } else if (tracked) {
            edit.set(Field.PROGRESS_TOKEN, number);
        }
        return Outgoing.request(edit.toBytes(), message.method(), id);
    }

    /** Such a server cannot go on where it stopped: to it a retry would be a second call. */
    private static void checkFirst(Message message) {
        JsonSlice params = message.get(Field.PARAMS);
        if (params != null && (params.member("requestState") != null || params.member("inputResponses") != null)) {
            throw new GatewayException(
                    ErrorCode.REQUEST_STATE_INVALID,
                    "The request brings answers for a question that the gateway did not ask, or asked before it was"
                            + " started anew. Nothing was sent to the server. Make the request again without"
                            + " inputResponses and requestState.");
        }
    }
}
