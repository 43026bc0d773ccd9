package io.forgemcp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.server.manager.RegisteredServices;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Services that are registered and deleted over the manager's HTTP routes. */
@Timeout(60)
class ManagerRegistrationTest {
    private final ManagerFixture manager = new ManagerFixture();

    @AfterEach
    void stop() {
        manager.close();
    }

    @Test
    void aRegisteredServiceIsThereAtOnceAndAfterARestart() throws Exception {
        JsonNode status = manager.post(
                "/services/extra/register",
                "{\"command\":[\"no-such-program\"],\"sleepPolicy\":{\"idleTimeout\":\"90s\",\"priority\":\"high\"},"
                        + "\"environment\":{\"camelCase\":\"1\"},\"tags\":[\"a\"]}",
                200);
        assertThat(status.path("priority").asText()).isEqualTo("high");
        assertThat(status.at("/sleep_policy/idle_timeout").asDouble()).isEqualTo(90);
        assertThat(manager.send("GET", "/services", 200)).hasSize(4);

        List<ServiceDefinition> afterwards =
                new RegisteredServices(manager.store, ManagerFixture.entries()).over(List.of());
        assertThat(afterwards).extracting(service -> service.name().value()).containsExactly("extra");
    }

    @Test
    void registeringAgainReplaces() throws Exception {
        manager.post("/services/extra/register", "{\"command\":\"one\"}", 200);
        JsonNode second = manager.post(
                "/services/EXTRA/register", "{\"command\":\"two\",\"sleep_policy\":{\"priority\":\"low\"}}", 200);
        assertThat(second.path("priority").asText()).isEqualTo("low");
        assertThat(manager.send("GET", "/services", 200)).hasSize(4);
    }

    @Test
    void aDeletedServiceStaysAwayThoughAFileNamesIt() throws Exception {
        assertThat(manager.send("DELETE", "/services/missing", 200)
                        .path("deleted")
                        .asBoolean())
                .isTrue();
        manager.send("GET", "/services/missing", 404);
        ServiceDefinition file = ServiceDefinition.stdio("missing", "x").build();
        assertThat(new RegisteredServices(manager.store, ManagerFixture.entries()).over(List.of(file)))
                .isEmpty();
        manager.post("/services/missing/register", "{\"command\":\"back\"}", 200);
        assertThat(new RegisteredServices(manager.store, ManagerFixture.entries()).over(List.of(file)))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"imge\":\"x\",\"command\":\"y\"}|imge",
                "{\"command\":\"x\",\"resources\":{\"memory\":\"12XB\"}}|resources.memory",
                "{\"command\":\"x\",\"port\":70000}|port",
                "{\"url\":\"https://x.example/mcp\",\"oauth\":{\"clientSecret\":\"s\"}}|oauth.client_secret",
                "{\"command\":\"x\",\"sleepPolicy\":{\"idleTime\":1}}|idle_time",
                "{\"command\":\"x\",\"sleepPolicy\":{},\"sleep_policy\":{}}|sleep_policy",
                "{\"command\":{\"a\":1}}|command",
                "{\"command\":\"x\",\"transport\":\"sse\",\"port\":9000}|port: 9000 is the port of",
                "{\"command\":\"x\",\"sleepPolicy\":{\"wakeSchedule\":[\"Mon 25:00\"]}}|sleep_policy.wake_schedule[0]",
                "{\"command\":\"x\",\"sleepPolicy\":{\"wakeSchedule\":[null,\"Mon 25:00\"]}}|sleep_policy.wake_schedule[1]",
                "{\"image\":\"UPPER/CASE:bad tag\"}|image: \"UPPER/CASE:bad tag\" is not the name of an image",
                "{}|command"
            })
    void aWrongEntryIsRefusedByItsKeyAndChangesNothing(String body, String named) throws Exception {
        JsonNode error = manager.post("/services/extra/register", body, 422);
        assertThat(error.path("code").asText()).isEqualTo("GW-1008");
        assertThat(error.path("detail").asText()).contains(named);
        assertThat(manager.send("GET", "/services", 200)).hasSize(3);
        assertThat(manager.store.list("services")).isEmpty();
    }

    @Test
    void whatItsRuntimeWouldRefuseAtEachStartIsRefusedByItsKeyAndChangesNothing() throws Exception {
        String forbidden = "{\"image\":\"some/image\",\"runtime\":\"docker\",\"volumes\":{\"/etc\":\"/data\"}}";
        JsonNode error = manager.post("/services/extra/register", forbidden, 422);
        assertThat(error.path("detail").asText()).contains("volumes: /etc is forbidden.");
        assertThat(manager.send("GET", "/services", 200)).hasSize(3);
        assertThat(manager.store.list("services")).isEmpty();
    }

    @Test
    void whatIsLargerThanAllServicesTogetherMayBeIsRefusedByItsKeyAndChangesNothing() throws Exception {
        JsonNode error = manager.post(
                "/services/extra/register",
                "{\"command\":\"x\",\"resources\":{\"memory\":\"9GB\",\"cpuReservation\":9}}",
                422);
        assertThat(error.path("code").asText()).isEqualTo("GW-1008");
        assertThat(error.path("detail").asText())
                .contains("resources.memory: 9216 MB, and all services together may use 8192 MB")
                .contains("resources.cpu_reservation: 9.0 cores, and all services together may have 4.0");
        assertThat(manager.send("GET", "/services", 200)).hasSize(3);
        assertThat(manager.store.list("services")).isEmpty();

        manager.post(
                "/services/extra/register",
                "{\"command\":\"x\",\"resources\":{\"memory\":\"9GB\",\"memoryReservation\":\"1GB\"}}",
                200);
    }

    @Test
    void thePortOfAServerInAContainerIsNobodyElses() throws Exception {
        manager.post(
                "/services/extra/register",
                "{\"image\":\"some/image\",\"runtime\":\"docker\",\"transport\":\"streamable-http\",\"port\":9000}",
                200);
    }
}
