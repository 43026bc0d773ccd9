package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.ToolResult;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.service.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An engine that is stopped for twenty seconds and started again, under a gateway with services awake and asleep. */
@NeedsEngine
@Timeout(240)
class EngineRestartTest {
    private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long BETWEEN_CALLS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final ServiceName ASLEEP = ServiceName.of("asleep");

    private static SecondEngine engine;
    private DockerSettings settings;
    private Gateway gateway;

    @BeforeAll
    static void needAnEngineOfItsOwn() throws Exception {
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(SecondEngine.possible(), "only root can start a second engine");
        }
        engine = new SecondEngine();
        engine.start();
        try (DockerClient first = TestContainers.byHand()) {
            engine.load(first, TestContainers.IMAGE);
        }
        engine.stop();
    }

    @AfterAll
    static void removeIt() throws Exception {
        if (engine != null) {
            engine.close();
        }
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        gateway.close();
        List<Container> left = containers();
        engine.stop();
        assertThat(left).isEmpty();
    }

    @Test
    void callsMeanwhileAreToldThatTheEngineIsAwayAndEveryServiceServesAgainAfterwards() throws Exception {
        goAwayAndComeBack();
    }

    @Test
    void whereContainersOutliveTheirEngineNoneIsDoubled() throws Exception {
        goAwayAndComeBack("--live-restore");
    }

    private void goAwayAndComeBack(String... options) throws Exception {
        engine.start(options);
        settings = TestContainers.settings("restart").withHost(engine.host());
        gateway = Gateway.builder()
                .runtime(new DockerRuntime(settings))
                .service(TestContainers.mini("awake").build())
                .service(TestContainers.mini("asleep").build())
                .build()
                .start();
        assertThat(call("awake-count")).isEqualTo("1");
        assertThat(call("asleep-count")).isEqualTo("1");
        await(gateway.services().sleep(ASLEEP, Force.YES));

        engine.stop();
        long end = System.nanoTime() + AWAY_NANOS;
        int refused = 0;
        while (System.nanoTime() - end < 0) {
            refused += refusal("awake-count") + refusal("asleep-count");
            LockSupport.parkNanos(BETWEEN_CALLS);
        }
        assertThat(refused).isPositive();
        engine.start(options);

        // They remember nothing: their streams ended with the engine, so they were started anew, once.
        assertThat(callUntilServed("awake-count")).isEqualTo("1");
        assertThat(callUntilServed("asleep-count")).isEqualTo("1");
        assertThat(containers())
                .extracting(container -> container.getLabels().get(Labels.SERVICE))
                .containsExactlyInAnyOrder("awake", "asleep");
        assertThat(containers())
                .allSatisfy(container -> assertThat(container.getState()).isEqualTo("running"));
    }

    /** Makes a call that cannot be served, and counts it if it names the engine; others must name the service. */
    private int refusal(String tool) throws Exception {
        try {
            throw new AssertionError("answered without an engine: " + call(tool));
        } catch (ExecutionException failure) {
            assertThat(failure.getCause())
                    .isInstanceOfSatisfying(
                            GatewayException.class,
                            known -> assertThat(known.getMessage()).contains(tool.substring(0, tool.indexOf('-'))));
            return failure.getMessage().contains("No Docker engine answers at " + engine.host()) ? 1 : 0;
        }
    }

    private String callUntilServed(String tool) throws Exception {
        while (true) {
            try {
                return call(tool);
            } catch (ExecutionException notYet) {
                assertThat(notYet.getCause()).isInstanceOf(GatewayException.class);
                LockSupport.parkNanos(BETWEEN_CALLS);
            }
        }
    }

    private String call(String tool) throws Exception {
        CompletionStage<ToolResult> call = gateway.call(tool, Map.of());
        return await(call).text();
    }

    private List<Container> containers() throws Exception {
        try (DockerClient client = engine.client()) {
            return TestContainers.of(client, settings.owner());
        }
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(120, TimeUnit.SECONDS);
    }
}
