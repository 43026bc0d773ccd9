package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.endpoint.modern.ModernHttp.call;
import static io.forgemcp.gateway.endpoint.modern.ModernHttp.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What servers with sessions offer single callers where a service has several instances. */
class OwnListsAtInstancesTest {
    private static final ServiceName NAME = ServiceName.of("s");
    private static final Caller ANN = new Caller("ann", Set.of());
    private static final Caller BOB = new Caller("bob", Set.of());

    private final ManualTimers timers = new ManualTimers();
    private final Instances runtime = new Instances();
    private final Gateway gateway = Gateway.builder()
            .service(ServiceDefinition.of(
                            "s",
                            RuntimeChoice.PROCESS,
                            new Launch.Command(null, List.of("any"), Map.of(), List.of(), null, 8080, "/mcp"),
                            WireProtocol.STREAMABLE_HTTP)
                    .isolation(Isolation.SESSION)
                    .instances(1, 2)
                    .build())
            .runtime(runtime)
            .timers(timers)
            .build()
            .start();
    private final McpEndpoint http = gateway.streamableHttp();

    @BeforeEach
    void twoInstances() {
        scale(2);
        await().until(() -> tools(ANN).contains("s-grow"));
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private void scale(int instances) {
        gateway.services()
                .scale(NAME, instances, "the test wants it")
                .toCompletableFuture()
                .join();
    }

    private FakeHttp use(Caller caller, String tool) {
        return call("1", tool, "").by(caller).to(http);
    }

    private void grow(Caller caller) {
        assertThat(use(caller, "s-grow").answer()).contains("content");
        timers.advance(Duration.ofSeconds(1));
    }

    private String tools(Caller caller) {
        return request("2", "tools/list", "").by(caller).to(http).answer();
    }

    @Test
    void eachCallerHasItsOwnWhereverItsInstanceIs() {
        use(ANN, "s-hold");
        await().until(() -> held() == 1);
        grow(ANN);
        assertThat(tools(ANN)).contains("s-more1");
        assertThat(tools(BOB)).doesNotContain("s-more1");

        // Comes to the instance with fewer calls under way.
        grow(BOB);
        grow(BOB);

        assertThat(tools(BOB)).contains("s-more2");
        assertThat(tools(ANN)).contains("s-more1").doesNotContain("s-more2");
        assertThat(runtime.servers).hasSize(2).allMatch(server -> server.grown > 0);
    }

    @Test
    void whatACallerHasAtItsNewInstanceOutlivesTheOldOneThatItsLastCallLeaves() {
        FakeHttp last = use(ANN, "s-hold");
        await().until(() -> held() == 1);
        use(BOB, "s-hold");
        use(BOB, "s-hold");
        await().until(() -> held() == 3);
        grow(ANN);
        assertThat(tools(ANN)).contains("s-more1");
        // The instance with the fewest calls goes as soon as they have ended.
        scale(1);

        grow(ANN);
        grow(ANN);
        assertThat(tools(ANN)).contains("s-more2");
        runtime.servers.forEach(Server::letGo);
        last.awaitStreamEnd();
        await().until(() -> runtime.stopped.size() == 1);
        timers.advance(Duration.ofSeconds(1));

        assertThat(tools(ANN)).contains("s-more2");
    }

    private int held() {
        return runtime.servers.stream().mapToInt(server -> server.held.size()).sum();
    }

    /** Starts a server of its own for each instance. */
    private static final class Instances implements ServiceRuntime {
        private final List<Server> servers = new CopyOnWriteArrayList<>();
        private final List<InstanceId> stopped = new CopyOnWriteArrayList<>();

        @Override
        public String name() {
            return "instances";
        }

        @Override
        public boolean supports(ServiceDefinition service) {
            return true;
        }

        @Override
        public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
            Server server = new Server();
            servers.add(server);
            return CompletableFuture.completedFuture(new Instance() {
                @Override
                public InstanceId id() {
                    return id;
                }

                @Override
                public InstanceAddress address() {
                    return new InstanceAddress.InProcess(server);
                }

                @Override
                public CompletionStage<Void> stop(Duration grace) {
                    stopped.add(id);
                    return CompletableFuture.completedFuture(null);
                }
            });
        }
    }

    /** Each call of {@code grow} adds a tool in the conversation in which it is made; {@code hold} waits for the test. */
    private static final class Server implements InProcessServer {
        private final List<Runnable> held = new CopyOnWriteArrayList<>();
        private volatile int grown;

        private void letGo() {
            held.forEach(Runnable::run);
        }

        @Override
        public Conversation open(Consumer<Message> toClient) {
            AtomicInteger tools = new AtomicInteger();
            return new Conversation() {
                @Override
                public void receive(Message message) {
                    if (message.isRequest()) {
                        Runnable answer = () -> toClient.accept(Message.parse(Messages.result(
                                message.requireId(),
                                result(message, tools, toClient).getBytes(StandardCharsets.UTF_8))));
                        if ("hold".equals(message.text(Field.NAME))) {
                            held.add(answer);
                        } else {
                            answer.run();
                        }
                    }
                }

                @Override
                public void close() {}
            };
        }

        private String result(Message request, AtomicInteger tools, Consumer<Message> toClient) {
            if ("grow".equals(request.text(Field.NAME))) {
                tools.incrementAndGet();
                grown++;
                toClient.accept(Message.parse("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}"
                        .getBytes(StandardCharsets.UTF_8)));
            }
            return switch (request.method()) {
                case "initialize" ->
                    "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{\"listChanged\":true}},"
                            + "\"serverInfo\":{\"name\":\"growing\",\"version\":\"1\"}}";
                case "tools/list" ->
                    IntStream.rangeClosed(1, tools.get())
                            .mapToObj(n -> ",{\"name\":\"more" + n + "\"}")
                            .collect(Collectors.joining(
                                    "", "{\"tools\":[{\"name\":\"grow\"},{\"name\":\"hold\"}", "]}"));
                default -> "{\"content\":[]}";
            };
        }
    }
}
