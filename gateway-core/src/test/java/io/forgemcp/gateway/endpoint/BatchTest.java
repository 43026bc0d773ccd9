package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several messages in one POST, which only MCP 2025-03-26 has. */
class BatchTest {
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    private static final String CALL = "{\"jsonrpc\":\"2.0\",\"id\":\"c\",\"method\":\"tools/call\",\"params\":"
            + "{\"name\":\"s-t\",\"_meta\":{\"progressToken\":1}}}";
    private static final String TOLD = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";

    private final PuppetServer server = new PuppetServer();
    private final Gateway gateway = Gateway.builder()
            .service(ServiceDefinition.java("s", server).build())
            .build()
            .start();
    private final LegacyClient client = LegacyClient.open(gateway.streamableHttp(), "2025-03-26", "{}");

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void everyRequestIsAnsweredInOneArray() {
        FakeHttp batch = client.post(" [" + PING + "," + TOLD + "," + CALL + "]");
        server.talk().answer(server.talk().last("tools/call"), "{\"x\":1.0}");

        // The id may be followed by blanks, because it is put in the place of a longer one.
        assertThat(batch.answer().replace(" ", ""))
                .isEqualTo("[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}},"
                        + "{\"jsonrpc\":\"2.0\",\"id\":\"c\",\"result\":{\"x\":1.0}}]");
    }

    @Test
    void whatComesBeforeAnAnswerMakesAStreamOfIt() {
        FakeHttp batch = client.post("[" + PING + "," + CALL + "]");
        String id = server.talk().last("tools/call").requireId().json();
        server.talk()
                .say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":" + id
                        + ",\"progress\":1}}");
        server.talk().answer(server.talk().last("tools/call"), "{}");
        batch.awaitStreamEnd();

        assertThat(batch.events()).hasSize(3);
    }

    @Test
    void withoutARequestThereIsNothingToAnswer() {
        assertThat(client.post("[" + TOLD + "]").status()).isEqualTo(202);
    }

    @Test
    void whatIsNoMessageIsRefusedByItselfAndTheOthersAreServed() {
        FakeHttp batch = client.post("[1,{\"jsonrpc\":\"2.0\",\"id\":2}," + TOLD + "," + PING
                + ",{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"initialize\"}]");

        List<JsonSlice> answers = JsonSlice.parse(batch.answer()).elements();
        assertThat(answers)
                .extracting(answer -> answer.member("id"))
                .map(String::valueOf)
                .containsExactly("null", "2", "3", "1");
        assertThat(answers.subList(0, 3))
                .allSatisfy(answer -> assertThat(answer.toString()).contains("\"code\":-32600"));
        assertThat(answers.get(3)).hasToString("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
    }

    @Test
    void emptyBatchesAndOtherRevisionsAreRefused() {
        assertThat(client.post("[]").status()).isEqualTo(400);
        FakeHttp newer = LegacyClient.open(gateway.streamableHttp()).post("[" + PING + "]");
        assertThat(newer.status()).isEqualTo(400);
        assertThat(newer.answer()).contains("2025-03-26");
    }
}
