package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.protocol.Era;
import io.forgemcp.gateway.protocol.HeaderText;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.LogLevel;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.MirroredName;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestMeta;
import io.forgemcp.gateway.protocol.TaskExtension;
import io.forgemcp.gateway.transport.Outgoing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A server without sessions learns from each request who asks: a modern client's words pass through, for any other the
 * gateway says them. The headers are made anew from what is sent.
 */
final class ModernWire implements Wire {
    private static final Set<String> SAID_HERE = Set.of(
            RequestMeta.PROTOCOL_VERSION,
            RequestMeta.CLIENT_CAPABILITIES,
            RequestMeta.CLIENT_INFO,
            RequestMeta.LOG_LEVEL);

    private static final Set<String> TASK_WISH = Set.of("task");

    /** What the gateway says for clients with sessions, up to their capabilities. */
    private final String introduction;

    /** The member that asks for log messages, with a comma before it; empty for none. */
    private final String logging;

    /** @param gatewayVersion told to servers */
    ModernWire(String gatewayVersion) {
        logging = "";
        introduction = "\"" + RequestMeta.PROTOCOL_VERSION + "\":\"" + ProtocolVersion.LATEST.date() + "\",\""
                + RequestMeta.CLIENT_INFO + "\":{\"name\":\"forge-mcp-gateway\",\"version\":"
                + new String(JsonText.quote(gatewayVersion), StandardCharsets.UTF_8) + "},\""
                + RequestMeta.CLIENT_CAPABILITIES + "\":";
    }

    private ModernWire(String introduction, String logging) {
        this.introduction = introduction;
        this.logging = logging;
    }

    /** The same that asks for log messages of this level and above in the name of clients with sessions. */
    ModernWire logging(LogLevel least) {
        return new ModernWire(introduction, ",\"" + RequestMeta.LOG_LEVEL + "\":\"" + least.text() + "\"");
    }

    @Override
    public Outgoing request(UpstreamRequest request, ClientProfile profile, boolean tracked, long id) {
        Message message = request.message();
        byte[] number = Long.toString(id).getBytes(StandardCharsets.ISO_8859_1);
        byte[] json = profile.version().era() == Era.MODERN
                ? passedOn(request, tracked, number)
                : introduced(request, introduction + offered(message, profile) + logging, tracked, number);
        return new Outgoing(json, message.method(), id, headers(request));
    }

    /** That a task is wanted, or known of, is said with the request itself; a client with sessions says it in parameters. */
    private static String offered(Message message, ClientProfile profile) {
        return message.has(Field.TASK) || message.method().startsWith("tasks/")
                ? TaskExtension.declaredIn(JsonSlice.parse(profile.offered())).toString()
                : profile.offered();
    }

    private static byte[] passedOn(UpstreamRequest request, boolean tracked, byte[] number) {
        Message.Edit edit = request.message().edit().set(Field.ID, number);
        byte[] name = request.name();
        if (name != null) {
            edit.set(Field.NAME, name);
        }
        if (tracked) {
            edit.set(Field.PROGRESS_TOKEN, number);
        }
        return edit.toBytes();
    }

    private static byte[] introduced(UpstreamRequest request, String meta, boolean tracked, byte[] number) {
        Message message = withoutTask(request.message());
        Message.Edit edit = message.edit().set(Field.ID, number);
        byte[] name = request.name();
        if (name != null) {
            edit.set(Field.NAME, name);
        }
        JsonSlice own = message.get(Field.META);
        if (own != null && own.isObject()) {
            // A client that says some of this itself, without a claim, does not overrule what the gateway says.
            JsonSlice kept = own.without(SAID_HERE);
            JsonSlice all = JsonSlice.parse("{" + meta + (kept.length() > 2 ? "," : "")
                    + kept.toString().substring(kept.toString().indexOf('{') + 1));
            edit.set(Field.META, (tracked ? all.withMember("progressToken", number) : all).toBytes());
        } else if (message.has(Field.PARAMS)) {
            edit.add(Field.PARAMS, ("\"_meta\":{" + meta + "}").getBytes(StandardCharsets.UTF_8));
        } else {
            return withParams(message, number, "{\"_meta\":{" + meta + "}}");
        }
        return edit.toBytes();
    }

    private static Message withoutTask(Message message) {
        JsonSlice params = message.has(Field.TASK) ? message.get(Field.PARAMS) : null;
        return params == null
                ? message
                : Message.parse(
                        message.with(Field.PARAMS, params.without(TASK_WISH).toBytes()));
    }

    private static byte[] withParams(Message message, byte[] number, String params) {
        return ("{\"jsonrpc\":\"2.0\",\"id\":" + new String(number, StandardCharsets.ISO_8859_1) + ",\"method\":"
                        + new String(JsonText.quote(message.method()), StandardCharsets.UTF_8) + ",\"params\":" + params
                        + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> headers(UpstreamRequest request) {
        Message message = request.message();
        List<String> headers = new ArrayList<>(8);
        headers.add("MCP-Protocol-Version");
        headers.add(ProtocolVersion.LATEST.date());
        headers.add("Mcp-Method");
        headers.add(message.method());
        byte[] renamed = request.name();
        String name = renamed != null ? JsonSlice.parse(renamed).text() : MirroredName.of(message);
        if (name != null) {
            headers.add("Mcp-Name");
            headers.add(HeaderText.encode(name));
        }
        if (!request.parameters().isEmpty()) {
            JsonSlice params = message.get(Field.PARAMS);
            headers.addAll(request.parameters().headers(params == null ? null : params.member("arguments")));
        }
        return headers;
    }
}
