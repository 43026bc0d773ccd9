package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code logging/setLevel}, and whom the log messages of servers reach. */
class LoggingTest {
    private final PuppetServer server = new PuppetServer();
    private final PuppetServer shared = new PuppetServer();
    private Gateway gateway;
    private McpEndpoint http;

    @BeforeEach
    void start() {
        server.capabilities = "{\"tools\":{},\"logging\":{}}";
        shared.capabilities = "{\"tools\":{},\"logging\":{}}";
        gateway = Gateway.builder()
                .service(ServiceDefinition.java("s", server).build())
                .service(ServiceDefinition.java("o", shared)
                        .isolation(Isolation.SHARED)
                        .build())
                .build()
                .start();
        http = gateway.streamableHttp();
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private static String log(String level) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"" + level
                + "\",\"data\":1.0}}";
    }

    private static FakeHttp setLevel(LegacyClient client, String level) {
        return client.request("9", "logging/setLevel", "{\"level\":\"" + level + "\"}");
    }

    @Test
    void theLevelReachesTheServersOfThisClientAndFiltersWhatComesBack() {
        LegacyClient client = LegacyClient.open(http);
        FakeHttp call = client.call("1");
        PuppetServer.Talk mine = server.talk();
        LegacyClient other = LegacyClient.open(http);
        other.call("1");

        assertThat(setLevel(client, "warning").answer()).contains("\"result\":{}");
        assertThat(mine.heard()).contains("logging/setLevel {\"level\":\"warning\"}");
        assertThat(server.talk().heard()).noneMatch(heard -> heard.startsWith("logging"));
        mine.say(log("info"));
        mine.say(log("error"));
        mine.say(log("no such level"));

        assertThat(call.events()).containsExactly(log("error"), log("no such level"));
    }

    @Test
    void aLevelIsSetWithoutWakingAnybodyAndHoldsInAConversationThatBeginsLater() {
        LegacyClient client = LegacyClient.open(http);
        int before = server.talks.size();
        setLevel(client, "debug");
        assertThat(server.talks).hasSize(before);

        client.call("1");
        assertThat(server.talk().heard().get(0)).isEqualTo("logging/setLevel {\"level\":\"debug\"}");
    }

    @Test
    void outsideACallLogMessagesComeOnTheStandingStreamOfTheirClient() {
        LegacyClient client = LegacyClient.open(http);
        client.call("1");
        PuppetServer.Talk mine = server.talk();
        mine.answer(mine.last("tools/call"), "{}");
        FakeHttp listening = client.listen();
        LegacyClient other = LegacyClient.open(http);
        FakeHttp otherListening = other.listen();
        mine.say(log("info"));

        assertThat(listening.events()).containsExactly(log("info"));
        assertThat(otherListening.events()).isEmpty();
    }

    @Test
    void whatASharedServerLogsReachesNobody() {
        LegacyClient client = LegacyClient.open(http);
        FakeHttp listening = client.listen();
        FakeHttp call = client.request("1", "tools/call", "{\"name\":\"o-t\"}");
        shared.talk().say(log("emergency"));

        assertThat(listening.events()).isEmpty();
        assertThat(call.events()).isEmpty();
        setLevel(client, "debug");
        assertThat(shared.talk().heard()).noneMatch(heard -> heard.startsWith("logging"));
    }

    @Test
    void anUnknownLevelIsRefused() {
        assertThat(setLevel(LegacyClient.open(http), "loud").answer()).contains("-32602", "emergency");
    }
}
