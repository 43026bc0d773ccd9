package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.security.AccessPolicy;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client hears that a list changed when what it sees in it has, or when a server says so to this client. */
class AnnouncedListsTest {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final ManualTimers timers = new ManualTimers();
    /** The tools of the servers beside {@code t}, as a JSON list begins. */
    private final AtomicReference<String> more = new AtomicReference<>("");

    private Gateway gateway;

    @AfterEach
    void close() {
        gateway.close();
    }

    private McpEndpoint start(Isolation isolation) {
        gateway = Gateway.builder()
                .service(ServiceDefinition.java("s", new Announcing())
                        .isolation(isolation)
                        .build())
                .service(ServiceDefinition.java("other", new Announcing()).build())
                .accessPolicy(new Hiding())
                .timers(timers)
                .build()
                .start();
        return gateway.streamableHttp();
    }

    private FakeHttp callOfOne(LegacyClient client) {
        FakeHttp call = client.request("1", "tools/call", "{\"name\":\"s-t\"}");
        assertThat(call.answer()).contains("result");
        timers.advance(SOON);
        return call;
    }

    @Test
    void whatASharedServerSaysToHaveChangedAndHasNotIsToldToNobody() {
        McpEndpoint http = start(Isolation.SHARED);
        LegacyClient caller = LegacyClient.open(http);
        FakeHttp hearing = caller.listen();
        FakeHttp other = LegacyClient.open(http).listen();

        callOfOne(caller);

        assertThat(hearing.events()).isEmpty();
        assertThat(other.events()).isEmpty();
    }

    @Test
    void whatHasReallyChangedInASharedServerIsToldToEverybodyOnce() {
        McpEndpoint http = start(Isolation.SHARED);
        LegacyClient caller = LegacyClient.open(http);
        FakeHttp hearing = caller.listen();
        FakeHttp other = LegacyClient.open(http).listen();

        more.set("{\"name\":\"new\"},");
        callOfOne(caller);

        assertThat(hearing.events()).containsExactly(GrowingServer.CHANGED);
        assertThat(other.events()).containsExactly(GrowingServer.CHANGED);
    }

    @Test
    void whatAServerSaysToHaveChangedInOneClientsConversationIsToldToThisClientInAnyCase() {
        McpEndpoint http = start(Isolation.SESSION);
        LegacyClient caller = LegacyClient.open(http);
        FakeHttp hearing = caller.listen();
        FakeHttp other = LegacyClient.open(http).listen();

        callOfOne(caller);

        assertThat(hearing.events()).containsExactly(GrowingServer.CHANGED);
        assertThat(other.events()).isEmpty();
    }

    @Test
    void aServerOutOfOrderChangesOnlyTheListsThatHaveSomethingOfIt() {
        FakeHttp hearing = LegacyClient.open(start(Isolation.SHARED)).listen();

        gateway.catalog().noteProblem(ServiceName.of("s"), "gone");
        timers.advance(SOON);
        gateway.catalog().noteProblem(ServiceName.of("s"), "still gone");
        timers.advance(SOON);

        assertThat(hearing.events()).containsExactly(GrowingServer.CHANGED);
    }

    @Test
    void oneChangeAfterTheOtherIsToldSoonAndThenOnceASecondAndTheLastOneToo() {
        FakeHttp hearing = LegacyClient.open(start(Isolation.SHARED)).listen();

        change(0);
        timers.advance(Duration.ofMillis(50));
        assertThat(hearing.events()).as("the first").containsExactly(GrowingServer.CHANGED);
        for (int i = 1; i < 30; i++) {
            change(i);
            timers.advance(Duration.ofMillis(100));
        }
        assertThat(hearing.events()).as("after 2.95 s").hasSize(3);
        timers.advance(Duration.ofMillis(100));
        assertThat(hearing.events()).as("the last").hasSize(4);
        timers.advance(Duration.ofMinutes(1));
        assertThat(hearing.events()).hasSize(4);

        change(30);
        timers.advance(Duration.ofMillis(50));
        assertThat(hearing.events()).as("after a rest as soon as ever").hasSize(5);
    }

    @Test
    void whatIsToldToNobodyHoldsUpNothing() {
        FakeHttp hearing = LegacyClient.open(start(Isolation.SHARED)).listen();

        more.set("{\"name\":\"secret\"},");
        learn();
        timers.advance(Duration.ofMillis(50));
        change(0);
        timers.advance(Duration.ofMillis(50));

        assertThat(hearing.events()).containsExactly(GrowingServer.CHANGED);
    }

    private void change(int number) {
        more.set("{\"name\":\"n" + number + "\"},");
        learn();
    }

    private void learn() {
        gateway.catalog().refresh(ServiceName.of("s")).toCompletableFuture().join();
    }

    @Test
    void aChangeThatTheCallerMayNotSeeIsNotTold() {
        McpEndpoint http = start(Isolation.SHARED);
        LegacyClient caller = LegacyClient.open(http);
        FakeHttp hearing = caller.listen();

        more.set("{\"name\":\"secret\"},");
        callOfOne(caller);

        assertThat(hearing.events()).isEmpty();
    }

    /** Nobody may use what is called secret. */
    private static final class Hiding implements AccessPolicy {
        @Override
        public boolean mayCall(Caller caller, ServiceName service, String tool) {
            return !tool.equals("secret");
        }

        @Override
        public boolean mayAdminister(Caller caller) {
            return false;
        }

        @Override
        public boolean mayUse(Caller caller, String virtualServer) {
            return true;
        }
    }

    /** A server that says at each call that its tools have changed. */
    private final class Announcing implements InProcessServer {
        @Override
        public Conversation open(Consumer<Message> toClient) {
            return new Conversation() {
                @Override
                public void receive(Message message) {
                    if (message.isRequest()) {
                        answer(message, toClient);
                    }
                }

                @Override
                public void close() {}
            };
        }

        private void answer(Message request, Consumer<Message> toClient) {
            if (request.method().equals("tools/call")) {
                toClient.accept(Message.parse(GrowingServer.CHANGED.getBytes(StandardCharsets.UTF_8)));
            }
            String result = switch (request.method()) {
                case "initialize" ->
                    "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{\"listChanged\":true}},"
                            + "\"serverInfo\":{\"name\":\"announcing\",\"version\":\"1\"}}";
                case "tools/list" -> "{\"tools\":[" + more.get() + "{\"name\":\"t\"}]}";
                default -> "{\"content\":[]}";
            };
            toClient.accept(
                    Message.parse(Messages.result(request.requireId(), result.getBytes(StandardCharsets.UTF_8))));
        }
    }
}
