package io.forgemcp.examples.plain;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PlainJavaTest {
    @Test
    void aJavaMethodIsCalledThroughTheGateway() {
        try (Gateway gateway = Gateway.builder()
                .service(ServiceDefinition.java("hello", JavaServer.of(new PlainJava()))
                        .build())
                .build()
                .start()) {
            assertThat(gateway.call("hello-greet", Map.of("name", "Bob"))
                            .toCompletableFuture()
                            .join()
                            .text())
                    .isEqualTo("Hello Bob!");
            assertThat(gateway.tools()).extracting(tool -> tool.name()).containsExactly("hello-greet");
        }
    }

    @Test
    @Tag("node")
    @Timeout(180)
    void theProgramAnswersFromJavaAndFromNode() {
        PrintStream console = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            PlainJava.main(new String[0]);
        } finally {
            System.setOut(console);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .contains("Hello Ann!")
                .anySatisfy(line -> assertThat(line).contains("Echo: Hello Node"));
    }
}
