package io.forgemcp.gateway.upstream;

import static io.forgemcp.gateway.transport.ScriptedHttpServer.json;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.reply;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.stream;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.JdkHttpExchanger;
import io.forgemcp.gateway.transport.ScriptedHttpServer;
import io.forgemcp.gateway.transport.StreamableHttpTransport;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that never ends a stream by itself: whatever the gateway opened is closed when the session is. */
@Timeout(60)
class ClosedSessionsTest {
    private static final ClientProfile ANNE = ClientProfile.plain(new ClientKey("anne"));
    private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");

    private final ManualTimers timers = new ManualTimers();
    private final HttpExchanger http = new JdkHttpExchanger();
    private final Upstreams upstreams = new Upstreams(
            List.of(new StreamableHttpTransport(http, timers)),
            UpstreamSettings.DEFAULT,
            timers,
            new NoMetrics(),
            (service, client, notification) -> {});
    private final AtomicInteger streams = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private volatile String askedAs = "";
    private boolean breaks;
    private ScriptedHttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedHttpServer(this::respond);
    }

    @AfterEach
    void close() throws IOException {
        upstreams.close();
        http.close();
        server.close();
    }

    private void respond(ScriptedHttpServer.Request request, OutputStream out, Socket socket) throws IOException {
        String body = request.body();
        if (body.contains("\"initialize\"")) {
            reply(
                    out,
                    200,
                    "Content-Type: application/json\r\nMcp-Session-Id: s1\r\n",
                    "{\"jsonrpc\":\"2.0\",\"id\":" + id(body) + ",\"result\":"
                            + EchoServer.INITIALIZE_RESULT.replace("{}", "{\"listChanged\":true}") + "}");
        } else if (body.contains("\"server/discover\"")) {
            json(
                    out,
                    "{\"jsonrpc\":\"2.0\",\"id\":" + id(body)
                            + ",\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}");
        } else if (body.contains("\"tools/call\"") && breaks) {
            askedAs = id(body);
            stream(out);
            write(out, "id: e1\nretry: 1\ndata:\n\n");
            socket.close();
        } else if (body.contains("\"tools/call\"")) {
            endless(out, socket, answer(id(body)));
        } else if (request.headers().containsKey("Last-Event-ID")) {
            endless(out, socket, answer(askedAs));
        } else if (request.method().equals("GET")) {
            endless(out, socket, ":\n\n");
        } else {
            reply(out, 202, "", "");
        }
    }

    private static String id(String body) {
        Matcher found = ID.matcher(body);
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    private static String answer(String id) {
        return "id: e2\ndata: {\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{}}\n\n";
    }

    private void endless(OutputStream out, Socket socket, String event) throws IOException {
        streams.incrementAndGet();
        stream(out);
        write(out, event);
        if (socket.getInputStream().read() < 0) {
            closed.incrementAndGet();
        }
    }

    private void call() {
        ServiceDefinition service = ServiceDefinition.http("svc", server.uri("/mcp"))
                .isolation(Isolation.SESSION)
                .build();
        UpstreamTarget target = new UpstreamTarget(
                service,
                new InstanceId(service.name(), 1),
                new InstanceAddress.Http(server.uri("/mcp"), Map.of(), WireProtocol.STREAMABLE_HTTP));
        RecordingCall call = new RecordingCall();
        Message request = Message.parse(EchoServer.text(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"say\"}}"));
        upstreams.send(target, ANNE, new UpstreamRequest(request, null, Duration.ofSeconds(10)), call);
        // Not so far that the gateway would give the streams up because nothing comes.
        await().until(() -> {
            timers.advance(Duration.ofMillis(1));
            return streams.get() == 2;
        });
        assertThat(call.result()).isEqualTo("{}");
    }

    @Test
    void theResponseThatWentOnBehindItsAnswerIsClosedWithTheClientsSession() {
        call();
        upstreams.closeClient(ANNE.key());
        await().until(() -> closed.get() == 2);
    }

    @Test
    void theResumedResponseIsClosedWithTheClientsSession() {
        breaks = true;
        call();
        upstreams.closeClient(ANNE.key());
        await().until(() -> closed.get() == 2);
    }

    @Test
    void everyStreamIsClosedWithTheGateway() {
        breaks = true;
        call();
        upstreams.close();
        http.close();
        await().until(() -> closed.get() == 2);
    }
}
