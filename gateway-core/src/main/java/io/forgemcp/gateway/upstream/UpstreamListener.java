package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hears what servers say outside any request. Called from any thread, must not block. */
@FunctionalInterface
public interface UpstreamListener {
    /**
     * A notification that belongs to no request, such as {@code list_changed}, or {@code resources/updated}.
     *
     * @param client whose conversation it came on; {@link ClientKey#GATEWAY} for one that is shared
     */
    void onNotification(ServiceName service, ClientKey client, Message notification);

    /**
     * A conversation with one client has ended. Nothing by default.
     *
     * @param client whose it was; never {@link ClientKey#GATEWAY}
     */
    default void onEnded(ServiceName service, ClientKey client) {}

    /**
     * A server that was started for the gateway and is spoken to on its standard streams has not finished the handshake in
     * its time. Told before its input is closed, which it would take for the end. Nothing by default.
     *
     * @param reason for people
     */
    default void onSilence(InstanceId instance, String reason) {}

    /**
     * A conversation has begun, and what the client asked of the server before holds in it too. The requests are sent
     * before all others; their answers are of no interest. None by default.
     *
     * @param client whose conversation it is; {@link ClientKey#GATEWAY} for one that is shared
     * @param capabilities of the server; null if it declared none
     */
    default List<Message> opening(ServiceName service, ClientKey client, @Nullable JsonSlice capabilities) {
        return List.of();
    }

    /**
     * A request of the server that belongs to no call, or to one of several under way. Refused by default.
     *
     * @param client whose conversation it came on; {@link ClientKey#GATEWAY} for one that is shared
     * @param request with the server's own id, which means nothing to anyone else
     */
    default void onRequest(ServiceName service, ClientKey client, Message request, ReverseAnswer answer) {
        answer.refuse(new GatewayException(
                ErrorCode.METHOD_NOT_FOUND,
                "The gateway offers servers no \"" + request.method() + "\" on this session."));
    }
}
