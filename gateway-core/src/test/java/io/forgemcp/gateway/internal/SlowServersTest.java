package io.forgemcp.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real child process that says its first word when the test lets it, long after its health check has given up, or never. */
@Timeout(60)
class SlowServersTest {
    private static final ServiceName SLOW = ServiceName.of("slow");
    private static final String SCRIPT = """
            read -r go < "$0"
            while IFS= read -r line; do
              id=${line#*'"id":'}
              [ "$id" = "$line" ] && continue
              id=${id%%[,\\}]*}
              printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"sh","version":"1"}}}\\n' "$id"
            done
            """;

    @TempDir
    Path directory;

    private final ManualTimers timers = new ManualTimers();
    private Path go;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        go = directory.resolve("go");
        assertThat(new ProcessBuilder("mkfifo", go.toString()).start().waitFor())
                .isZero();
        gateway = Gateway.builder()
                .timers(timers)
                .service(ServiceDefinition.stdio("slow", "sh", "-c", SCRIPT, go.toString())
                        .build())
                .build()
                .start();
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private ServiceStatus status() {
        return gateway.services().status(SLOW).orElseThrow();
    }

    private CompletableFuture<ServiceStatus> command() {
        return gateway.services().start(SLOW).toCompletableFuture();
    }

    /** As a call does, this starts it and waits for its first words. */
    private CompletableFuture<ServerCatalog> call() {
        CompletableFuture<ServerCatalog> call = gateway.catalog().refresh(SLOW).toCompletableFuture();
        await().until(() -> status().state() == ServiceState.RUNNING && status().inFlight() == 1);
        return call;
    }

    /** Time passes, for example that which a process is given to end. */
    private void passUntil(BooleanSupplier reached) {
        await().until(() -> {
            timers.advance(Duration.ofSeconds(5));
            return reached.getAsBoolean();
        });
    }

    /** Again if the call has its lease and has not begun to speak: until then it counts as being in flight. */
    private void stopByHand() {
        await().untilAsserted(() -> {
            CompletableFuture<ServiceStatus> stop =
                    gateway.services().stop(SLOW, Force.NO).toCompletableFuture();
            passUntil(stop::isDone);
            assertThat(stop).isCompletedWithValueMatching(status -> status.state() == ServiceState.STOPPED);
        });
    }

    private static GatewayException failure(CompletableFuture<?> failed) {
        return failed.handle((result, failure) -> GatewayException.of(failure)).join();
    }

    @Test
    void aStartByCommandIsDoneWhenASlowServerHasSpoken() throws Exception {
        CompletableFuture<ServiceStatus> start = command();
        await().until(() -> status().state() == ServiceState.RUNNING && status().inFlight() == 1);

        timers.advance(Duration.ofSeconds(50));

        assertThat(start).isNotDone();
        Files.writeString(go, "go\n");
        assertThat(start.join().state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void aStartByCommandOfOneThatNeverSpeaksEndsItWhenItsTimeForTheHandshakeIsOver() {
        CompletableFuture<ServiceStatus> start = command();
        passUntil(start::isDone);

        assertThat(failure(start).code()).isEqualTo(ErrorCode.WAKE_TIMEOUT);
        assertThat(failure(start)).hasMessageContaining("handshake").hasMessageContaining("wake_timeout");
        passUntil(() -> status().state() == ServiceState.ERROR);
        assertThat(status().errorMessage()).contains("did not finish the MCP handshake within 60000 ms");
    }

    @Test
    void aStartByCommandWaitsWithTheCallThatStartedIt() throws Exception {
        CompletableFuture<ServerCatalog> call = call();

        CompletableFuture<ServiceStatus> start = command();
        timers.advance(Duration.ofSeconds(20));
        assertThat(start).isNotDone();
        Files.writeString(go, "go\n");

        assertThat(start.join().state()).isEqualTo(ServiceState.RUNNING);
        assertThat(call.join().tools()).isEmpty();
    }

    @Test
    void itIsStoppedByHandWhileACallWaitsForItsFirstWordsAndStaysStopped() {
        CompletableFuture<ServerCatalog> call = call();

        stopByHand();

        assertThat(failure(call)).hasMessageContaining("slow").hasMessageContaining("asked to stop");
        timers.advance(Duration.ofSeconds(2));
        stopByHand();
        assertThat(status().stateTransitions()).isEqualTo(4);
    }
}
