package io.forgemcp.gateway.lifecycle.process;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What somebody hears who starts a real server that does not work. */
class StartByHandTest {
    @Test
    @Timeout(30)
    void aServerThatEndsAtOnceSaysHowItEnded() {
        try (Gateway gateway = Gateway.builder()
                .service(ServiceDefinition.stdio("broken", "sh", "-c", "echo TOKEN is missing >&2; exit 3")
                        .build())
                .build()
                .start()) {
            assertThatThrownBy(() -> gateway.services()
                            .start(ServiceName.of("broken"))
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS))
                    .hasMessageContaining("exit status 3")
                    .hasMessageContaining("TOKEN is missing");
        }
    }
}
