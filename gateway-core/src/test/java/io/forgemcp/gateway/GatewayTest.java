package io.forgemcp.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.Schema;
import io.forgemcp.gateway.inprocess.ToolResponse;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayTest {
    private final Gateway gateway = Gateway.builder()
            .service(ServiceDefinition.java("calc", calculator()).build())
            .service(ServiceDefinition.stdio("missing", "no-such-program-anywhere")
                    .build())
            .build()
            .start();

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void aJavaMethodIsAToolAfterStart() throws Exception {
        assertThat(gateway.tools()).extracting(ToolDescription::name).containsExactly("calc-add");
        ToolResult sum = gateway.call("calc-add", Map.of("a", 2, "b", 3))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);

        assertThat(sum.text()).isEqualTo("5");
        assertThat(sum.isError()).isFalse();
    }

    @Test
    void anUnknownToolIsRefusedByName() {
        assertThatThrownBy(() -> gateway.call("calc-divide", Map.of())
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(GatewayException.class)
                .hasMessageContaining("Unknown tool: calc-divide");
    }

    @Test
    void aToolOfAServerThatCannotStartFailsWithTheReasonAndHurtsNobodyElse() {
        assertThatThrownBy(() -> gateway.call("missing-anything", Map.of())
                        .toCompletableFuture()
                        .join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(GatewayException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.SERVICE_START_FAILED);
                    assertThat(failure).hasMessageContaining("no-such-program-anywhere");
                });
        assertThat(gateway.tools()).extracting(ToolDescription::name).containsExactly("calc-add");
    }

    @Test
    void twoServicesOfOneNameAreRefusedAtOnce() {
        GatewayBuilder builder =
                Gateway.builder().service(ServiceDefinition.stdio("twin", "a").build());

        assertThatThrownBy(() ->
                        builder.service(ServiceDefinition.stdio("TWIN", "b").build()))
                .hasMessageContaining("two services named \"TWIN\"");
    }

    private static JavaServer calculator() {
        return JavaServer.builder("calculator", "1.0")
                .tool(
                        "add",
                        "Adds two numbers",
                        Schema.object().required("a", Schema.integer("First")).required("b", Schema.integer("Second")),
                        arguments -> ToolResponse.text(String.valueOf(arguments.integer("a") + arguments.integer("b"))))
                .build();
    }
}
