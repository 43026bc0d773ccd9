package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.endpoint.modern.ModernHttp.meta;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.GatewayBuilder;
import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.FileStore;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ids of tasks that modern clients were given, over a restart of the gateway. */
class TaskDurabilityTest {
    private static final String DECLARED = meta("{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}");
    private static final String BEGUN =
            "{\"resultType\":\"task\",\"taskId\":\"server's own\",\"status\":\"working\",\"ttlMs\":%s}";
    private static final String WORKING =
            "{\"resultType\":\"complete\",\"taskId\":\"server's own\"," + "\"status\":\"%s\",\"ttlMs\":60000}";

    @TempDir
    private Path directory;

    private final ManualTimers timers = new ManualTimers();
    private final ModernScript server = new ModernScript("s.test")
            .result("tools/call", BEGUN.formatted("60000"))
            .result("tasks/get", WORKING.formatted("working"));
    private Gateway gateway;

    @BeforeEach
    void start() {
        gateway = gateway(new FileStore(directory), "s").start();
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private Gateway gateway(GatewayStore store, String service) {
        ServiceDefinition definition =
                ServiceDefinition.http(service, URI.create("http://s.test/mcp")).build();
        GatewayBuilder builder = Gateway.builder()
                .transport(server)
                .service(definition)
                .virtualServer(VirtualServer.of("v", List.of(ServiceName.of(service))))
                .store(store)
                .timers(timers);
        return builder.build();
    }

    /** What a client's id leads to must not depend on whether the gateway could say goodbye: nothing is written then. */
    private void restart(String service) {
        gateway.close();
        gateway = gateway(new FileStore(directory), service).start();
    }

    private String begun() {
        FakeHttp exchange = ModernHttp.call("1", "s-t", "", DECLARED).at("v").to(gateway.streamableHttp());
        return JsonSlice.parse(exchange.answer()).member("result").textMember("taskId");
    }

    private static FakeHttp about(String id) {
        return ModernHttp.request("2", "tasks/get", "\"taskId\":\"" + id + "\"", DECLARED)
                .with("Mcp-Name", id)
                .at("v");
    }

    private String get(String id) {
        return about(id).to(gateway.streamableHttp()).answer();
    }

    /** Until the catalog knows the server, nobody here has tasks at all. */
    private void isUnknown(String id) {
        await().untilAsserted(() -> assertThat(get(id)).contains("GW-1306"));
    }

    private int inFlight() {
        return gateway.services().statuses().get(0).inFlight();
    }

    @Test
    void theIdThatAClientGotIsGoodAfterARestart() {
        String id = begun();
        restart("s");

        assertThat(get(id)).contains("\"status\":\"working\"").contains(id).doesNotContain("server's own");
        assertThat(server.last("tasks/get").get(Field.PARAMS).textMember("taskId"))
                .isEqualTo("server's own");
    }

    @Test
    void theIdIsStillItsOwnersAlone() {
        String id = begun();
        restart("s");

        Caller other = new Caller("mallory", Set.of());
        await().untilAsserted(() -> assertThat(
                        about(id).by(other).to(gateway.streamableHttp()).answer())
                .contains("GW-1306"));
        assertThat(get(id)).contains("\"status\":\"working\"");
    }

    @Test
    void fromTheFirstQuestionAfterARestartOnItsServerIsHeldAwakeUntilTheTaskHasEnded() {
        String id = begun();
        restart("s");
        await().untilAsserted(() -> assertThat(inFlight()).isZero());

        get(id);
        await().untilAsserted(() -> assertThat(inFlight()).isEqualTo(1));
        get(id);
        await().untilAsserted(() -> assertThat(inFlight()).isEqualTo(1));

        server.result("tasks/get", WORKING.formatted("completed"));
        assertThat(get(id)).contains("completed");
        await().untilAsserted(() -> assertThat(inFlight()).isZero());
    }

    @Test
    void aTaskWhoseTimeToLivePassedMeanwhileIsUnknownAndKeptNoLonger() {
        String id = begun();
        gateway.close();
        timers.advance(Duration.ofMinutes(2));
        FileStore store = new FileStore(directory);
        gateway = gateway(store, "s").start();

        isUnknown(id);
        await().untilAsserted(() -> assertThat(store.list("tasks")).isEmpty());
    }

    @Test
    void aTaskOfAServiceThatIsGoneIsUnknown() {
        String id = begun();
        restart("t");

        isUnknown(id);
        await().untilAsserted(
                        () -> assertThat(new FileStore(directory).list("tasks")).isEmpty());
    }

    @Test
    void aTaskThatItsServerForgotIsForgottenForGood() {
        String id = begun();
        server.methods.put("tasks/get", message -> "\"error\":{\"code\":-32602,\"message\":\"no such task\"}");
        get(id);
        restart("s");

        isUnknown(id);
    }

    @Test
    void aStoreThatCannotWriteCostsTheIdItsLifeBeyondTheGatewayAndNothingElse() {
        gateway.close();
        gateway = gateway(new Broken(), "s").start();
        String id = begun();

        assertThat(get(id)).contains("\"status\":\"working\"");
    }

    @Test
    void aClientDoesNotWaitForOtherWorkInTheBackground() {
        gateway.close();
        CountDownLatch released = new CountDownLatch(1);
        gateway = gateway(new SlowCatalogs(new FileStore(directory), released), "s")
                .start();
        try {
            assertThat(get(begun())).contains("\"status\":\"working\"");
        } finally {
            released.countDown();
        }
    }

    /** Takes until it is released to write what a server offers. */
    private record SlowCatalogs(GatewayStore store, CountDownLatch released) implements GatewayStore {
        @Override
        public Optional<JsonSlice> get(String namespace, String key) {
            return Optional.empty();
        }

        @Override
        public void put(String namespace, String key, JsonSlice document) {
            if (namespace.equals("catalog")) {
                try {
                    released.await();
                } catch (InterruptedException closing) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
            store.put(namespace, key, document);
        }

        @Override
        public boolean delete(String namespace, String key) {
            return store.delete(namespace, key);
        }

        @Override
        public SortedMap<String, JsonSlice> list(String namespace) {
            return store.list(namespace);
        }
    }

    private static final class Broken implements GatewayStore {
        @Override
        public Optional<JsonSlice> get(String namespace, String key) {
            return Optional.empty();
        }

        @Override
        public void put(String namespace, String key, JsonSlice document) {
            throw new GatewayException(ErrorCode.INTERNAL, "The disk is full.");
        }

        @Override
        public boolean delete(String namespace, String key) {
            return false;
        }

        @Override
        public SortedMap<String, JsonSlice> list(String namespace) {
            return new TreeMap<>();
        }
    }
}
