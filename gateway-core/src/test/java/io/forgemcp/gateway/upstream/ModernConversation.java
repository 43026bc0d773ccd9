package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** A server of revision 2026-07-28, as its test drives it, and what the gateway heard of it. */
abstract class ModernConversation {
    static final String DISCOVERED = "{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],"
            + "\"capabilities\":{\"tools\":{}},\"ttlMs\":0,\"cacheScope\":\"private\"}";
    static final String LISTENING = DISCOVERED.replace(
            "{\"tools\":{}}", "{\"tools\":{\"listChanged\":true},\"resources\":{\"subscribe\":true}}");
    static final ClientProfile OLD = new ClientProfile(
            new ClientKey("anne"), ProtocolVersion.V2025_11_25, JsonSlice.parse("{\"elicitation\":{}}"));
    static final ClientProfile NEW =
            new ClientProfile(new ClientKey("bob"), ProtocolVersion.LATEST, JsonSlice.parse("{\"sampling\":{}}"));
    static final String META = "{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{\"sampling\":{}},\"progressToken\":\"p\",\"trace\":1.0}";

    final ManualServer server = new ManualServer();
    final ManualTimers timers = new ManualTimers();
    final List<String> heard = new ArrayList<>();
    final List<String> texts = new ArrayList<>();
    final Upstreams upstreams = new Upstreams(
            List.of(server), UpstreamSettings.DEFAULT, timers, new NoMetrics(), (service, client, notification) -> {
                heard.add(client.value() + " " + notification.method());
                texts.add(new String(notification.bytes(), StandardCharsets.UTF_8));
            });

    ModernConversation() {
        server.knowsSessionsOnly = false;
        server.shakesHands = false;
    }

    @AfterEach
    void nothingIsLeftAfterClosing() {
        upstreams.close();
        timers.advance(Duration.ofMinutes(11));

        assertThat(timers.waiting()).isZero();
        assertThat(server.channels).allMatch(channel -> channel.closed);
    }

    static void error(ManualServer.Received received, String error) {
        received.say("{\"jsonrpc\":\"2.0\",\"id\":" + received.message.requireId() + ",\"error\":" + error + "}");
        received.receiver.onEnd();
    }

    RecordingCall send(ClientProfile client, String method, String params) {
        RecordingCall call = new RecordingCall();
        upstreams.send(target(), client, request(method, params), call);
        refuseInitialize();
        return call;
    }

    /** As a server does that knows no sessions. */
    void refuseInitialize() {
        if (!server.calls.isEmpty() && server.lastCall().message.method().equals("initialize")) {
            error(server.calls.remove(server.calls.size() - 1), "{\"code\":-32601,\"message\":\"no such method\"}");
        }
    }

    static UpstreamRequest request(String method, String params) {
        return new UpstreamRequest(
                Message.parse(EchoServer.text(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":{" + params + "}}")),
                null,
                Duration.ofSeconds(30));
    }

    static UpstreamTarget target() {
        ServiceDefinition service = ServiceDefinition.http("svc", URI.create("http://svc.test/mcp"))
                .isolation(Isolation.SESSION)
                .build();
        return new UpstreamTarget(
                service,
                new InstanceId(service.name(), 1),
                new InstanceAddress.Http(URI.create("http://svc.test/mcp"), Map.of(), WireProtocol.STREAMABLE_HTTP));
    }

    static UpstreamTarget stdio(Isolation isolation) {
        ServiceDefinition service =
                ServiceDefinition.stdio("svc", "unused").isolation(isolation).build();
        return new UpstreamTarget(
                service,
                new InstanceId(service.name(), 1),
                new InstanceAddress.Stdio(OutputStream.nullOutputStream(), InputStream.nullInputStream()));
    }
}
