package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.endpoint.modern.ModernHttp.meta;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code notifications/tasks} (extension {@code io.modelcontextprotocol/tasks}) on {@code subscriptions/listen}. */
class ListeningToTasksTest {
    private static final String DECLARED = meta("{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}");

    private final ManualTimers timers = new ManualTimers();
    private final ModernScript server = new ModernScript("s.test");
    private Gateway gateway;

    @BeforeEach
    void start() {
        server.result("tools/call", "{\"resultType\":\"task\"," + state("working"));
        says("working");
        gateway = Gateway.builder()
                .transport(server)
                .service(ServiceDefinition.http("s", URI.create("http://s.test/mcp"))
                        .build())
                .timers(timers)
                .build()
                .start();
        gateway.catalog().refresh(ServiceName.of("s")).toCompletableFuture().join();
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private static String state(String status) {
        return "\"taskId\":\"1\",\"status\":\"" + status + "\",\"ttlMs\":60000,\"pollIntervalMs\":500}";
    }

    private void says(String status) {
        server.result("tasks/get", "{\"resultType\":\"complete\",\"_meta\":{\"x\":1}," + state(status));
    }

    private String begun() {
        FakeHttp call = ModernHttp.call("1", "s-t", "", DECLARED).to(gateway.streamableHttp());
        return JsonSlice.parse(call.answer()).member("result").textMember("taskId");
    }

    private FakeHttp listening(String id, String meta, String task) {
        return ModernHttp.request(
                id, "subscriptions/listen", "\"notifications\":{\"taskIds\":[\"" + task + "\"]}", meta);
    }

    private FakeHttp listen(String id, String task) {
        return listening(id, DECLARED, task).to(gateway.streamableHttp());
    }

    private long asked() {
        return server.received.stream()
                .filter(message -> message.method().equals("tasks/get"))
                .count();
    }

    private static String told(String subscription, String task, String status) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tasks\",\"params\":{\"_meta\":{"
                + "\"io.modelcontextprotocol/subscriptionId\":" + subscription + "},\"taskId\":\"" + task
                + "\",\"status\":\"" + status + "\",\"ttlMs\":60000,\"pollIntervalMs\":500}}";
    }

    @Test
    void whoNamesATaskHearsHowItStandsAndEachChangeUntilItEnds() {
        String task = begun();
        FakeHttp stream = listen("\"l\"", task);

        assertThat(stream.events().get(0))
                .contains("acknowledged", "\"notifications\":{\"taskIds\":[\"" + task + "\"]}");
        assertThat(stream.events().get(1)).isEqualTo(told("\"l\"", task, "working"));
        timers.advance(Duration.ofMillis(1_000));
        assertThat(asked()).as("as often as the server wishes").isEqualTo(3);
        assertThat(stream.events()).as("nothing has changed").hasSize(2);

        says("completed");
        timers.advance(Duration.ofMillis(500));
        assertThat(stream.events().get(2)).isEqualTo(told("\"l\"", task, "completed"));
        long last = asked();
        timers.advance(Duration.ofSeconds(10));
        assertThat(asked()).as("it has ended").isEqualTo(last);
        assertThat(stream.streamClosed()).isFalse();
        assertThat(gateway.services().statuses().get(0).inFlight()).isZero();
    }

    @Test
    void theServerIsAskedInTheClientsOwnWords() {
        listen("1", begun());

        assertThat(server.last("tasks/get").get(Field.PARAMS).textMember("taskId"))
                .isEqualTo("1");
        assertThat(server.last("tasks/get").get(Field.META).toString())
                .contains("clientInfo\":{\"name\":\"t\"", "io.modelcontextprotocol/tasks");
    }

    @Test
    void aTaskIsAskedForOnceHoweverManyListen() {
        String task = begun();
        FakeHttp one = listen("1", task);
        FakeHttp two = listen("2", task);
        assertThat(two.events().get(1)).isEqualTo(told("2", task, "working"));

        timers.advance(Duration.ofMillis(500));
        assertThat(asked()).isEqualTo(2);

        one.disconnect();
        says("cancelled");
        timers.advance(Duration.ofMillis(500));
        assertThat(two.events().get(2)).isEqualTo(told("2", task, "cancelled"));
        assertThat(one.events()).hasSize(2);
    }

    @Test
    void whenNobodyListensNobodyAsks() {
        FakeHttp stream = listen("1", begun());
        stream.disconnect();
        long before = asked();

        timers.advance(Duration.ofSeconds(10));

        assertThat(asked()).isEqualTo(before);
    }

    @Test
    void aTaskOfAnotherIsNotToldOf() {
        String task = begun();
        FakeHttp stranger =
                listening("1", DECLARED, task).by(new Caller("other", Set.of())).to(gateway.streamableHttp());

        assertThat(stranger.events().get(0)).contains("\"notifications\":{}");
        stranger.awaitStreamEnd();
        assertThat(asked()).isZero();
        assertThat(stranger.events().toString()).doesNotContain(task);
    }

    @Test
    void aClientThatDoesNotDeclareTheExtensionIsRefused() {
        FakeHttp refused = listening("1", meta("{}"), begun()).to(gateway.streamableHttp());

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.answer()).contains("-32021");
    }

    @Test
    void aServerThatCannotBeAskedIsAskedAgainLater() {
        String task = begun();
        server.methods.put("tasks/get", message -> "\"error\":{\"code\":-32603,\"message\":\"busy\"}");
        FakeHttp stream = listen("1", task);
        assertThat(stream.events()).hasSize(1);

        says("completed");
        timers.advance(Duration.ofSeconds(10));

        assertThat(stream.events().get(1)).isEqualTo(told("1", task, "completed"));
    }

    @Test
    void aTaskThatItsServerDoesNotKnowIsForgotten() {
        String task = begun();
        server.methods.put("tasks/get", message -> "\"error\":{\"code\":-32602,\"message\":\"unknown\"}");
        listen("1", task);
        timers.advance(Duration.ofMinutes(1));

        assertThat(asked()).isEqualTo(1);
        assertThat(listen("2", task).events().get(0)).contains("\"notifications\":{}");
    }
}
