package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.InProcessTransport;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.JdkHttpExchanger;
import io.forgemcp.gateway.transport.StdioTransport;
import io.forgemcp.gateway.transport.StreamableHttpTransport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UpstreamsTest {
    private static final ClientProfile ANNE = ClientProfile.plain(new ClientKey("anne"));

    private final SystemTimers timers = new SystemTimers();
    private final HttpExchanger http = new JdkHttpExchanger();
    private final Upstreams upstreams = new Upstreams(
            List.of(new StdioTransport(), new StreamableHttpTransport(http, timers), new InProcessTransport()),
            UpstreamSettings.DEFAULT,
            timers,
            new NoMetrics(),
            (service, client, notification) -> {});

    @AfterEach
    void close() {
        upstreams.close();
        http.close();
        timers.close();
    }

    @Test
    void aCallOverHttpComesBackWithItsProgressUnderTheClientsToken() throws Exception {
        try (EchoHttpServer server = new EchoHttpServer()) {
            callWithProgress(target(new InstanceAddress.Http(server.uri(), Map.of(), WireProtocol.STREAMABLE_HTTP)));

            // server/discover, initialize, initialized and the call.
            assertThat(server.requests).hasSize(4);
        }
    }

    @Test
    void aCallOverStandardStreamsComesBackWithItsProgressUnderTheClientsToken() throws Exception {
        try (EchoStdioServer server = new EchoStdioServer(EchoServer::answer)) {
            callWithProgress(target(server.address()));
        }
    }

    @Test
    void aCallInTheSameProcessComesBackWithItsProgressUnderTheClientsToken() throws Exception {
        callWithProgress(target(new InstanceAddress.InProcess(UpstreamsTest::conversation)));
    }

    private static InProcessServer.Conversation conversation(Consumer<Message> toClient) {
        return new InProcessServer.Conversation() {
            @Override
            public void receive(Message message) {
                EchoServer.answer(message).forEach(answer -> toClient.accept(Message.parse(answer)));
            }

            @Override
            public void close() {}
        };
    }

    private static UpstreamTarget target(InstanceAddress address) {
        ServiceDefinition service = ServiceDefinition.stdio("echo", "unused").build();
        return new UpstreamTarget(service, new InstanceId(service.name(), 1), address);
    }

    private void callWithProgress(UpstreamTarget target) throws Exception {
        Message request = Message.parse(
                EchoServer.text(
                        "{\"jsonrpc\":\"2.0\", \"id\":\"7\\u0041\",\"method\":\"tools/call\",\"params\":{\"name\":\"echo--say\",\"arguments\":{\"x\":1.0},\"_meta\":{\"progressToken\":\"to\\u006ben\"}}}"));
        RecordingCall call = new RecordingCall();

        upstreams.send(
                target, ANNE, new UpstreamRequest(request, EchoServer.text("\"say\""), Duration.ofSeconds(10)), call);

        assertThat(call.result()).startsWith("{\"echo\":{\"name\":\"say\",\"arguments\":{\"x\":1.0}");
        assertThat(call.notifications)
                .singleElement()
                .satisfies(progress -> assertThat(String.valueOf(progress.get(Message.Field.PROGRESS)))
                        .isEqualTo("\"to\\u006ben\""));
        assertThat(call.endedTwice).isFalse();
        assertThat(upstreams
                        .session(target, ANNE)
                        .toCompletableFuture()
                        .get(5, TimeUnit.SECONDS)
                        .protocolVersion())
                .isEqualTo(ProtocolVersion.V2025_11_25);
    }
}
