package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.SystemTimers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine is not there, goes away, comes back. */
@Timeout(120)
class EngineAwayTest {
    private final SystemTimers timers = new SystemTimers();

    @TempDir
    Path directory;

    @AfterEach
    void stopTimers() {
        timers.close();
    }

    @Test
    void withoutAnEngineAServiceThatMayBeAProcessIsNotTaken() {
        try (DockerRuntime runtime = away()) {
            assertThat(runtime.supports(of(RuntimeChoice.AUTO, "cat"))).isFalse();
            assertThat(runtime.supports(of(RuntimeChoice.DOCKER, "cat"))).isTrue();
            assertThat(runtime.supports(of(RuntimeChoice.AUTO))).isTrue();
        }
    }

    @Test
    void withoutAnEngineAServiceThatIsConfinedOrSeesDirectoriesIsNoProcess() {
        Launch.Container user = new Launch.Container(null, "1000");
        Launch.Container network = new Launch.Container(Launch.Network.NONE, null);
        Launch.Volume data = new Launch.Volume(directory, "/data", false);

        try (DockerRuntime runtime = away()) {
            assertThat(runtime.supports(auto(List.of(), user))).isTrue();
            assertThat(runtime.supports(auto(List.of(), network))).isTrue();
            assertThat(runtime.supports(auto(List.of(data), Launch.Container.DEFAULT)))
                    .isTrue();
        }
    }

    private static ServiceDefinition auto(List<Launch.Volume> volumes, Launch.Container container) {
        Launch.Command launch =
                new Launch.Command(TestContainers.IMAGE, List.of("cat"), Map.of(), volumes, null, 0, "/mcp", container);
        return ServiceDefinition.of("cat", RuntimeChoice.AUTO, launch, WireProtocol.STDIO)
                .build();
    }

    @Test
    void aServiceWithoutAnImageIsNotTakenAndNobodyIsAsked() {
        try (DockerRuntime runtime = away()) {
            assertThat(runtime.supports(ServiceDefinition.stdio("plain", "cat").build()))
                    .isFalse();
        }
    }

    @Test
    void withoutAnEngineAStartFailsSoonWithTheReason() {
        try (DockerRuntime runtime = away()) {
            ServiceDefinition service = of(RuntimeChoice.DOCKER, "cat");

            assertThatThrownBy(() -> runtime.start(service, new InstanceId(service.name(), 1), new Told())
                            .toCompletableFuture()
                            .get(5, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(java.net.SocketException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            GatewayException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE))
                    .hasMessageContaining("Service cat")
                    .hasMessageContaining(directory.resolve("nobody").toString());
        }
    }

    @Test
    void withoutAnEngineNothingIsAdoptedAndNobodyWaits() throws Exception {
        try (DockerRuntime runtime = away()) {
            ServiceDefinition service = of(RuntimeChoice.DOCKER, "cat");

            assertThat(runtime.adopt(service, () -> new InstanceId(service.name(), 1), new Told())
                            .toCompletableFuture()
                            .get(5, TimeUnit.SECONDS))
                    .isEmpty();
        }
    }

    private DockerRuntime away() {
        return new DockerRuntime(
                TestContainers.settings("away").withHost("unix://" + directory.resolve("nobody")), timers);
    }

    private static ServiceDefinition of(RuntimeChoice choice, String... command) {
        return ServiceDefinition.of(
                        "cat",
                        choice,
                        new Launch.Command(
                                TestContainers.IMAGE, List.of(command), Map.of(), List.of(), null, 0, "/mcp"),
                        WireProtocol.STDIO)
                .build();
    }

    /** Against the real engine, behind a socket that can be cut. */
    @org.junit.jupiter.api.Nested
    @NeedsEngine
    class Cut {
        private final Told told = new Told();
        private CutSocket socket;
        private DockerClient engine;
        private DockerSettings settings;
        private DockerRuntime runtime;

        @BeforeEach
        void connect() throws Exception {
            socket = new CutSocket(Path.of("/var/run/docker.sock"), directory.resolve("engine.sock"));
            engine = TestContainers.byHand();
            settings = TestContainers.settings("cut").withHost(socket.host());
            runtime = new DockerRuntime(settings, timers);
        }

        @AfterEach
        void nothingIsLeft() throws Exception {
            runtime.close();
            socket.close();
            int left = TestContainers.of(engine, settings.owner()).size();
            int networks = engine.listNetworksCmd()
                    .withFilter("label", List.of(Labels.OWNER + "=" + settings.owner()))
                    .exec()
                    .size();
            engine.close();
            assertThat(left).isZero();
            assertThat(networks).isZero();
        }

        @Test
        void aStdioServerWhoseStreamsAreLostIsToldAndItsContainerRemovedWhenTheEngineIsBack() throws Exception {
            Instance instance = started(TestContainers.mini("mini"));
            Talk talk = new Talk(instance);
            talk.send("slow", Map.of("token", "x", "ms", 60_000));
            Thread reader = new Thread(() -> readToEnd(talk));
            reader.start();

            socket.cut();
            assertThat(told.next()).startsWith("exit ");
            socket.mend();

            // A start succeeds only once the engine has been found again, and by then strangers were looked for.
            Instance second = started(TestContainers.mini("other"));
            while (engine.listContainersCmd()
                            .withIdFilter(List.of(
                                    ((DockerInstance) instance).container().id()))
                            .exec()
                            .size()
                    > 0) {
                Thread.onSpinWait();
            }
            assertThat(second.externalId()).isNotNull();
        }

        @Test
        void aServiceIsNotMadeAProcessOfTheHostWhileAnEngineThatWasThereIsAway() throws Exception {
            ServiceDefinition service = of(RuntimeChoice.AUTO, "cat");
            assertThat(runtime.supports(service)).isTrue();

            socket.cut();

            assertThat(runtime.supports(service)).isTrue();
            assertThatThrownBy(() -> await(runtime.start(service, new InstanceId(service.name(), 1), told)))
                    .cause()
                    .isInstanceOfSatisfying(
                            GatewayException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE))
                    .hasMessageContaining("Service cat")
                    .hasMessageContaining("No Docker engine answers");
        }

        @Test
        void anHttpServerLivesThroughItAndWhatHappenedMeanwhileIsMadeUpFor() throws Exception {
            Instance instance = started(TestContainers.miniHttp("http"));
            String id = ((DockerInstance) instance).container().id();
            socket.cut();
            engine.removeContainerCmd(id).withForce(true).exec();
            socket.mend();

            assertThat(told.next()).startsWith("exit ");
        }

        @Test
        void aCommandWhileTheEngineIsAwayFailsWithTheReasonAndWorksAfterwards() throws Exception {
            Instance instance = started(TestContainers.service("cat", "cat"));
            socket.cut();

            assertThatThrownBy(() -> await(instance.sleep(SleepDepth.FREEZE))).isNotNull();
            socket.mend();

            ServiceDefinition next = TestContainers.service("next", "cat").build();
            while (true) {
                try {
                    await(runtime.start(next, new InstanceId(next.name(), 1), new Told()));
                    break;
                } catch (java.util.concurrent.ExecutionException notYet) {
                    Thread.onSpinWait();
                }
            }
            assertThat(TestContainers.of(engine, settings.owner())).isNotEmpty();
        }

        private Instance started(ServiceDefinition.Builder service) throws Exception {
            ServiceDefinition definition = service.build();
            return await(runtime.start(definition, new InstanceId(definition.name(), 1), told));
        }

        private static void readToEnd(Talk talk) {
            try {
                talk.answer();
            } catch (java.io.IOException lost) {
                // that is the point
            }
        }
    }

    private static <T> T await(java.util.concurrent.CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
