package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;

/** Plain JSON-RPC 2.0 over POST for scripts: no session, no stream, one answer. */
public final class RpcEndpoint implements McpEndpoint {
    private final ClientSessions sessions;
    private final MethodTable methods;

    public RpcEndpoint(ClientSessions sessions, MethodTable methods) {
        this.sessions = sessions;
        this.methods = methods;
    }

    @Override
    public void handle(McpRequest request, McpResponder responder) {
        try {
            if (request.verb() != McpRequest.Verb.POST) {
                throw new GatewayException(ErrorCode.METHOD_NOT_ALLOWED, "JSON-RPC wants POST.");
            }
            Message message = Message.parse(request.body());
            ClientSession session = sessions.transientSession(request.caller(), request.virtualServer());
            if (message.isRequest()) {
                methods.request(session, message, new JsonReply(responder));
            } else {
                responder.answer(202, null);
            }
        } catch (GatewayException refused) {
            Refusals.answer(request, responder, refused);
        }
    }

    private record JsonReply(McpResponder responder) implements Reply {
        @Override
        public void notification(byte[] json) {}

        @Override
        public void answer(byte[] json) {
            responder.answer(200, json);
        }

        @Override
        public void nothing(RequestId id, GatewayException cancelled) {
            responder.answer(200, Messages.error(id, cancelled));
        }
    }
}
