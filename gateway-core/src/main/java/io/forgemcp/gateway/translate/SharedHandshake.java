package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The handshake with a shared child: made once, told to every client that wants to make one. Thread-safe. */
final class SharedHandshake {
    private final Greeting greeting;
    private final List<Pending> waiting = new ArrayList<>();
    private @Nullable JsonSlice result;

    /** @param version of the program, which the server is told */
    SharedHandshake(String version) {
        byte[] params = ("{\"protocolVersion\":\"" + ProtocolVersion.LATEST_LEGACY.date()
                        + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"forge-mcp-gateway\",\"version\":"
                        + new String(JsonText.quote(version), StandardCharsets.UTF_8) + "}}")
                .getBytes(StandardCharsets.UTF_8);
        greeting = Greeting.of(
                Messages.request(RequestId.of(0), "initialize", params),
                Messages.notification("notifications/initialized", null));
    }

    Greeting greeting() {
        return greeting;
    }

    /** Answers a client's handshake, now or when the child has answered ours. */
    void greet(Pending client) {
        JsonSlice known;
        synchronized (this) {
            known = result;
            if (known == null) {
                waiting.add(client);
            }
        }
        if (known != null) {
            answer(client, known);
        }
    }

    void done(Message answer) {
        JsonSlice known = answer.get(Message.Field.RESULT);
        if (known == null) {
            return;
        }
        List<Pending> clients;
        synchronized (this) {
            result = known;
            clients = List.copyOf(waiting);
            waiting.clear();
        }
        clients.forEach(client -> answer(client, known));
    }

    /** Clients that wait hear of it; after a success the next child is taken to be like the last. */
    void failed(GatewayException reason) {
        List<Pending> clients;
        synchronized (this) {
            clients = List.copyOf(waiting);
            waiting.clear();
        }
        clients.forEach(client -> client.fail(reason));
    }

    /** An older client is told its own revision: newer servers speak that, too. */
    private static void answer(Pending client, JsonSlice result) {
        JsonSlice params = client.request().get(Message.Field.PARAMS);
        String wanted = params == null ? null : params.textMember("protocolVersion");
        String agreed = result.textMember("protocolVersion");
        JsonSlice told = result;
        if (wanted != null
                && agreed != null
                && wanted.compareTo(agreed) < 0
                && ProtocolVersion.find(wanted).isPresent()) {
            told = result.withMember("protocolVersion", JsonText.quote(wanted));
        }
        client.answer(Messages.result(client.id(), told.toBytes()));
    }
}
