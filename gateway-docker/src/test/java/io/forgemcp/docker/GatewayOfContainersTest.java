package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.ToolResult;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A whole gateway whose services are containers. */
@NeedsEngine
@Timeout(180)
class GatewayOfContainersTest {
    private static final ServiceName MINI = ServiceName.of("mini");
    private static final ServiceName WEB = ServiceName.of("web");

    private DockerClient engine;
    private DockerSettings settings;
    private Gateway gateway;

    @BeforeEach
    void start() {
        engine = TestContainers.byHand();
        settings = TestContainers.settings("gateway");
        gateway = Gateway.builder()
                .runtime(new DockerRuntime(settings))
                .service(TestContainers.mini("mini").build())
                .service(TestContainers.miniHttp("web").build())
                .service(ServiceDefinition.of(
                                "either",
                                RuntimeChoice.AUTO,
                                new Launch.Command(
                                        TestContainers.IMAGE,
                                        List.of("node", "/srv/mini-server.js"),
                                        Map.of(),
                                        List.of(),
                                        null,
                                        0,
                                        "/mcp"),
                                WireProtocol.STDIO)
                        .build())
                .build()
                .start();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        gateway.close();
        List<String> left = containers().stream()
                .map(container -> container.getNames()[0] + " " + container.getState())
                .toList();
        engine.close();
        assertThat(left).isEmpty();
    }

    @Test
    void aThousandCallersOfAStoppedServiceStartItOnce() throws Exception {
        callAll(1000);

        assertThat(of("mini")).hasSize(1);
        assertThat(of("mini").get(0).getLabels()).containsEntry(Labels.INSTANCE, "1");
    }

    @Test
    void aThousandCallersOfASleepingServiceWakeItOnceAndItIsAsItWas() throws Exception {
        assertThat(call("mini-count", Map.of())).isEqualTo("1");
        await(gateway.services().sleep(MINI, Force.YES));
        String id = of("mini").get(0).getId();

        callAll(1000);

        assertThat(call("mini-count", Map.of())).isEqualTo("2");
        assertThat(of("mini"))
                .singleElement()
                .satisfies(same -> assertThat(same.getId()).isEqualTo(id));
    }

    @Test
    void anHttpServerInAContainerIsCalledPutToSleepAndCalledAgain() throws Exception {
        assertThat(call("web-count", Map.of())).isEqualTo("1");
        await(gateway.services().sleep(WEB, Force.YES));

        assertThat(call("web-count", Map.of())).isEqualTo("2");
    }

    @Test
    void aServiceThatMayBeEitherIsAContainerWhereAnEngineAnswers() throws Exception {
        call("either-echo", Map.of("token", "x"));

        assertThat(of("either")).hasSize(1);
        assertThat(gateway.services()
                        .status(ServiceName.of("either"))
                        .orElseThrow()
                        .runtime())
                .isEqualTo("docker");
    }

    @Test
    void aContainerThatIsKilledInItsSleepIsReplacedByTheNextCall() throws Exception {
        call("mini-count", Map.of());
        await(gateway.services().sleep(MINI, Force.YES));

        engine.killContainerCmd(of("mini").get(0).getId()).exec();

        assertThat(callUntilServed("mini-count")).isEqualTo("1");
    }

    @Test
    void aContainerThatIsKilledInTheMiddleOfACallFailsThatCallAndServesTheNext() throws Exception {
        call("mini-echo", Map.of("token", "up"));
        CompletionStage<ToolResult> slow = gateway.call("mini-slow", Map.of("token", "x", "ms", 60_000));
        call("mini-echo", Map.of("token", "the slow call has been written before this one"));

        engine.killContainerCmd(of("mini").get(0).getId()).exec();

        assertThatThrownBy(() -> await(slow))
                .cause()
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN));
        assertThat(callUntilServed("mini-count")).isEqualTo("1");
    }

    @Test
    void aContainerThatIsRemovedByHandIsReplacedByTheNextCall() throws Exception {
        call("mini-count", Map.of());

        engine.removeContainerCmd(of("mini").get(0).getId()).withForce(true).exec();

        assertThat(callUntilServed("mini-count")).isEqualTo("1");
    }

    @Test
    void aContainerThatIsPausedByHandWhileItStartsIsThawedAndTheCallThatWaitsIsAnswered() throws Exception {
        CompletionStage<ToolResult> call = gateway.call("web-echo", Map.of("token", "x"));
        while (of("web").stream().noneMatch(container -> "running".equals(container.getState()))) {
            assertThat(call.toCompletableFuture()).isNotDone();
        }
        // Node.js takes some hundred milliseconds to listen, so it is still starting.
        engine.pauseContainerCmd(of("web").get(0).getId()).exec();

        assertThat(await(call).text()).isEqualTo("x");
    }

    @Test
    void aContainerThatIsPausedByHandAgainAndAgainWhileItWakesAnswersEveryCallOnce() throws Exception {
        assertThat(call("mini-count", Map.of())).isEqualTo("1");
        String id = of("mini").get(0).getId();
        for (int round = 2; round <= 15; round++) {
            sleepOnceItIsAtRest();
            CompletionStage<ToolResult> call = gateway.call("mini-count", Map.of());
            pauseAsSoonAsItIsAwake(id);
            assertThat(await(call).text()).isEqualTo(Integer.toString(round));
            // Whatever came first, one that somebody paused afterwards is found so and woken by this one.
            call("mini-echo", Map.of("token", "here"));
        }
        assertThat(of("mini"))
                .singleElement()
                .satisfies(same -> assertThat(same.getId()).isEqualTo(id));
    }

    /** What somebody did to it may just be undone; it takes no commands then. */
    private void sleepOnceItIsAtRest() throws Exception {
        while (true) {
            try {
                await(gateway.services().sleep(MINI, Force.YES));
                return;
            } catch (java.util.concurrent.ExecutionException notYet) {
                assertThat(notYet).hasMessageContaining("cannot sleep");
            }
        }
    }

    private void pauseAsSoonAsItIsAwake(String id) {
        while (true) {
            try {
                engine.pauseContainerCmd(id).exec();
                return;
            } catch (RuntimeException stillAsleep) {
                assertThat(stillAsleep).hasMessageContaining("paused");
            }
        }
    }

    /** Tells every caller its own token, so that a lost or exchanged answer is seen. */
    private void callAll(int callers) throws Exception {
        List<CompletionStage<ToolResult>> calls = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            calls.add(gateway.call("mini-echo", Map.of("token", "caller " + i)));
        }
        for (int i = 0; i < callers; i++) {
            assertThat(await(calls.get(i)).text()).isEqualTo("caller " + i);
        }
    }

    /** The gateway may not have heard yet that the container is gone; such a call fails, and is not repeated by it. */
    private String callUntilServed(String tool) throws Exception {
        while (true) {
            try {
                return call(tool, Map.of());
            } catch (java.util.concurrent.ExecutionException notYet) {
                assertThat(notYet.getCause()).isInstanceOf(GatewayException.class);
            }
        }
    }

    private String call(String tool, Map<String, ?> arguments) throws Exception {
        return await(gateway.call(tool, arguments)).text();
    }

    private List<Container> containers() {
        return TestContainers.of(engine, settings.owner());
    }

    private List<Container> of(String service) {
        return containers().stream()
                .filter(container -> service.equals(container.getLabels().get(Labels.SERVICE)))
                .toList();
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(120, TimeUnit.SECONDS);
    }
}
