package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;

/** Answers a request that is refused as a whole, with its status and under its id as far as that can be read. */
final class Refusals {
    private Refusals() {}

    static void answer(McpRequest request, McpResponder responder, GatewayException refused) {
        RequestId id = request.verb() == McpRequest.Verb.POST ? RequestId.findIn(request.body()) : null;
        responder.answer(refused.code().httpStatus(), Messages.error(id, refused));
    }
}
