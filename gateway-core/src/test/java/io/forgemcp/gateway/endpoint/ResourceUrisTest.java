package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Resources of several servers under one roof: every URI that a client gets leads back to whoever gave it. */
class ResourceUrisTest {
    private final PuppetServer first = new PuppetServer();
    private final PuppetServer second = new PuppetServer();
    private Gateway gateway;
    private LegacyClient client;

    @BeforeEach
    void start() {
        first.resources = "[{\"uri\":\"file:///same\",\"name\":\"x\"},{\"uri\":\"a:1\",\"name\":\"y\"}]";
        second.resources = "[{\"uri\":\"file:///same\",\"name\":\"x\",\"big\":1.0}]";
        first.templates = "[{\"uriTemplate\":\"t://{id}\",\"name\":\"t\"}]";
        second.templates = first.templates;
        gateway = Gateway.builder()
                .service(ServiceDefinition.java("p", first).build())
                .service(ServiceDefinition.java("q", second).build())
                .virtualServer(VirtualServer.of("alone", List.of(ServiceName.of("q"))))
                .build()
                .start();
        client = LegacyClient.open(gateway.streamableHttp());
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void whereTwoServersHaveOneUriTheSecondIsWrappedAndLeadsBack() {
        assertThat(client.request("1", "resources/list", "{}").answer())
                .contains("{\"uri\":\"file:///same\",\"name\":\"x\"}")
                .contains("{\"uri\":\"via-q+file:///same\",\"name\":\"x\",\"big\":1.0}");
        FakeHttp read = client.request("2", "resources/read", "{\"uri\":\"via-q+file:///same\"}");
        assertThat(second.talk().last("resources/read").text(Field.URI)).isEqualTo("file:///same");
        second.talk()
                .answer(
                        second.talk().last("resources/read"),
                        "{\"contents\":[{\"uri\":\"file:///same\",\"text\":\"hi\"}]}");

        assertThat(read.answer()).contains("{\"contents\":[{\"uri\":\"via-q+file:///same\",\"text\":\"hi\"}]}");
    }

    @Test
    void wrappedTemplatesCanBeFilledIn() {
        assertThat(client.request("1", "resources/templates/list", "{}").answer())
                .contains("\"t://{id}\"", "\"via-q+t://{id}\"");
        client.request("2", "resources/read", "{\"uri\":\"via-q+t://7\"}");
        assertThat(second.talk().last("resources/read").text(Field.URI)).isEqualTo("t://7");
        client.request("3", "resources/read", "{\"uri\":\"t://7\"}");
        assertThat(first.talk().last("resources/read").text(Field.URI)).isEqualTo("t://7");
    }

    @Test
    void linksAndEmbeddedResourcesOfAToolLeadBackToItsServer() {
        FakeHttp call = client.request("1", "tools/call", "{\"name\":\"q-t\"}");
        second.talk()
                .answer(
                        second.talk().last("tools/call"),
                        "{\"content\":[{\"type\":\"text\",\"text\":\"\\\"resource\\\"\"},"
                                + "{\"type\":\"resource_link\",\"uri\":\"file:///same\",\"name\":\"n\"},"
                                + "{\"type\":\"resource\",\"resource\":{\"uri\":\"un:listed\",\"text\":\"t\"}}],\"x\":1.0}");

        assertThat(call.answer())
                .contains(
                        "{\"content\":[{\"type\":\"text\",\"text\":\"\\\"resource\\\"\"},"
                                + "{\"type\":\"resource_link\",\"uri\":\"via-q+file:///same\",\"name\":\"n\"},"
                                + "{\"type\":\"resource\",\"resource\":{\"uri\":\"via-q+un:listed\",\"text\":\"t\"}}],\"x\":1.0}");
        client.request("2", "resources/read", "{\"uri\":\"via-q+un:listed\"}");
        assertThat(second.talk().last("resources/read").text(Field.URI)).isEqualTo("un:listed");
    }

    @Test
    void whatLeadsBackAnywayIsNotTouched() {
        String result = "{\"content\":[{\"type\":\"resource_link\",\"uri\":\"a:1\"}],"
                + "\"_meta\":{\"ui\":{\"resourceUri\":\"ui://x\"}}}";
        FakeHttp call = client.request("1", "tools/call", "{\"name\":\"p-t\"}");
        first.talk().answer(first.talk().last("tools/call"), result);

        assertThat(call.answer()).contains(result);
    }

    @Test
    void promptsAndChangesBearTheExposedUri() {
        FakeHttp listening = client.listen();
        FakeHttp prompt = client.request("1", "prompts/get", "{\"name\":\"q-p\"}");
        second.talk()
                .answer(
                        second.talk().last("prompts/get"),
                        "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"resource\","
                                + "\"resource\":{\"uri\":\"file:///same\"}}}]}");
        assertThat(prompt.answer()).contains("via-q+file:///same");

        client.request("2", "resources/subscribe", "{\"uri\":\"via-q+file:///same\"}");
        assertThat(second.talk().last("resources/subscribe").text(Field.URI)).isEqualTo("file:///same");
        second.talk()
                .say(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"file:///same\"}}");
        assertThat(listening.events()).singleElement().asString().contains("via-q+file:///same");
    }

    @Test
    void aSingleServerIsAskedForWhatItDoesNotList() {
        FakeHttp opened = FakeHttp.post("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":"
                        + "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}}")
                .at("alone")
                .to(gateway.streamableHttp());
        FakeHttp.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/read\",\"params\":{\"uri\":\"un:listed\"}}")
                .at("alone")
                .session(opened.header("Mcp-Session-Id", true))
                .to(gateway.streamableHttp());

        assertThat(second.talk().last("resources/read").text(Field.URI)).isEqualTo("un:listed");
    }
}
