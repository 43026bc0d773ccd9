package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Puts the bridge's numbers into what goes to a shared child, and the clients' own ids into what comes back. */
final class Renumbering {
    private static final String SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";
    private static final String LOG_LEVEL = "io.modelcontextprotocol/logLevel";

    private Renumbering() {}

    static Message towardsServer(Message request, long number) {
        byte[] json = RequestId.of(number).toBytes();
        return Message.parse(request.edit()
                .set(Message.Field.ID, json)
                .set(Message.Field.PROGRESS_TOKEN, json)
                .toBytes());
    }

    static byte[] answer(Message answer, Pending asked) {
        byte[] json = answer.with(Message.Field.ID, asked.id().toBytes());
        // Only the end of a subscription names it once more, in its own _meta.
        if (!asked.request().method().equals("subscriptions/listen")) {
            return json;
        }
        JsonSlice result = answer.get(Message.Field.RESULT);
        JsonSlice meta = result == null ? null : result.member("_meta");
        if (result == null || meta == null || meta.member(SUBSCRIPTION) == null) {
            return json;
        }
        JsonSlice own = result.withMember(
                "_meta", meta.withMember(SUBSCRIPTION, asked.id().toBytes()).toBytes());
        return Messages.result(asked.id(), own.toBytes());
    }

    /** The number of the request that a notification names; -1 if it names none. */
    static long concerned(Message notification) {
        if (notification.method().equals("notifications/progress")) {
            return notification.plainNumber(Message.Field.PROGRESS);
        }
        JsonSlice meta = notification.get(Message.Field.META);
        JsonSlice subscription = meta == null ? null : meta.member(SUBSCRIPTION);
        if (subscription == null) {
            return -1;
        }
        String text = subscription.text();
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    static byte[] notification(Message notification, Pending asked) {
        JsonSlice token = asked.progressToken();
        if (notification.method().equals("notifications/progress") && token != null) {
            return notification.with(Message.Field.PROGRESS, token.toBytes());
        }
        JsonSlice meta = notification.get(Message.Field.META);
        return meta == null
                ? notification.bytes()
                : notification.with(
                        Message.Field.META,
                        meta.withMember(SUBSCRIPTION, asked.id().toBytes()).toBytes());
    }

    /** The id of the request that a client gives up; null if it names none. */
    static @Nullable RequestId cancelled(Message message) {
        JsonSlice id = message.get(Message.Field.CANCELLED_ID);
        return id == null || !(id.isString() || id.isNumber()) ? null : new RequestId(id.toString());
    }

    static Message cancellation(long number) {
        return Messages.notification(
                "notifications/cancelled",
                ("{\"requestId\":" + number + ",\"reason\":\"The client gave up\"}").getBytes(StandardCharsets.UTF_8));
    }

    static boolean asksForLogs(Message request) {
        JsonSlice meta = request.get(Message.Field.META);
        return meta != null && meta.member(LOG_LEVEL) != null;
    }

    static byte[] emptyResult(RequestId id) {
        return Messages.result(id, "{}".getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * What a shared server gets that asks something: a pong, or no.
     *
     * @param sessions whether its clients have sessions; otherwise they speak 2026-07-28, where no server sends requests
     */
    static Message refusal(Message request, boolean sessions) {
        if (request.method().equals("ping")) {
            return Message.parse(emptyResult(request.requireId()));
        }
        byte[] reason = JsonText.quote(
                sessions
                        ? "All clients share this server, so it cannot be told whom to ask. Start forge-gateway translate"
                                + " without --shared and --stateless: then each session has a server of its own."
                        : "Clients of MCP 2026-07-28 cannot be asked by a request. Answer theirs with resultType"
                                + " \"input_required\" instead.");
        return Message.parse(("{\"jsonrpc\":\"2.0\",\"id\":"
                        + request.requireId().json()
                        + ",\"error\":{\"code\":-32601,\"message\":" + new String(reason, StandardCharsets.UTF_8)
                        + "}}")
                .getBytes(StandardCharsets.UTF_8));
    }
}
