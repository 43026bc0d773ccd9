package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.protocol.DetailedException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.protocol.RequestMeta;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Refuses a request of a revision that the bridge does not know, and names those that the server speaks: it is asked for
 * them first (MCP 2026-07-28, Versioning).
 */
record RevisionRefusal(RequestId request, String claimed, McpResponder responder) implements Reply {
    /** The question that this answers; under the id of the refused request, which nobody else hears of. */
    Message question() {
        byte[] params = ("{\"_meta\":{\"" + RequestMeta.PROTOCOL_VERSION + "\":\"" + ProtocolVersion.LATEST.date()
                        + "\",\"" + RequestMeta.CLIENT_CAPABILITIES + "\":{}}}")
                .getBytes(StandardCharsets.UTF_8);
        return Messages.request(request, "server/discover", params);
    }

    @Override
    public boolean message(byte[] json) {
        return true;
    }

    @Override
    public void answer(byte[] json) {
        JsonSlice result = Message.parse(json).get(Message.Field.RESULT);
        JsonSlice supported = result == null ? null : result.member("supportedVersions");
        refuse(supported == null ? known() : supported.toString());
    }

    /** The revisions that the bridge can carry, for a server that does not say which it speaks. */
    private static String known() {
        return Arrays.stream(ProtocolVersion.values())
                .map(version -> "\"" + version.date() + "\"")
                .collect(Collectors.joining(",", "[", "]"));
    }

    @Override
    public void nothing(RequestId id) {
        refuse(known());
    }

    private void refuse(String supported) {
        String requested = new String(JsonText.quote(claimed), StandardCharsets.UTF_8);
        StreamableBridge.refuse(
                responder,
                request,
                new DetailedException(
                        ErrorCode.UNKNOWN_REVISION,
                        "MCP " + claimed + " is unknown here.",
                        "\"supported\":" + supported + ",\"requested\":" + requested));
    }
}
