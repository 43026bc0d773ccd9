package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes wrong with containers, and what is said of it. */
@Timeout(120)
class ContainerFaultsTest extends EngineTest {
    private static final long MIB = 1 << 20;

    @Test
    void aContainerThatIsKilledWhileItRunsIsToldAndRemoved() throws Exception {
        Instance instance = started(TestContainers.mini("mini"));
        new Talk(instance).call("echo", Map.of("token", "up"));
        while (instance.logs(1).isEmpty()) {
            Thread.onSpinWait();
        }

        engine.killContainerCmd(instance.externalId()).exec();

        assertThat(told.next())
                .isEqualTo("by hand its container was stopped or killed by hand (killed by signal 9, last line: mini"
                        + " server is up)");
        assertThat(told.nothing()).isTrue();
    }

    @Test
    void aContainerThatIsStoppedByHandIsTold() throws Exception {
        Instance instance = started(TestContainers.mini("mini"));

        engine.stopContainerCmd(instance.externalId()).withTimeout(1).exec();

        assertThat(told.next()).startsWith("by hand ");
    }

    @Test
    void aSignalThatIsNoOrderToEndDoesNotMakeAFailureTheWishOfSomebody() throws Exception {
        Instance instance = started(TestContainers.mini("mini"));
        engine.killContainerCmd(instance.externalId()).withSignal("WINCH").exec();
        new Talk(instance).send("leave", Map.of("status", 3));

        assertThat(told.next()).startsWith("exit exit status 3");
    }

    @Test
    void aContainerThatIsKilledByAnySignalFromTheEngineEndedByHand() throws Exception {
        Instance instance = started(TestContainers.mini("mini"));
        new Talk(instance).call("echo", Map.of("token", "up"));

        engine.killContainerCmd(instance.externalId()).withSignal("HUP").exec();

        assertThat(told.next()).contains("by hand", "killed by signal 1");
    }

    @Test
    void aProcessThatIsKilledBehindTheBackOfTheEngineHasFailed() throws Exception {
        Instance instance = started(TestContainers.mini("mini"));
        Integer pid = engine.inspectContainerCmd(instance.externalId())
                .exec()
                .getState()
                .getPid();

        new ProcessBuilder("kill", "-9", pid.toString()).start().waitFor();

        assertThat(told.next()).startsWith("exit killed by signal 9");
    }

    @Test
    void aContainerThatIsKilledInItsSleepIsTold() throws Exception {
        Instance instance = started(TestContainers.mini("mini"));
        await(instance.sleep(SleepDepth.FREEZE));

        engine.killContainerCmd(instance.externalId()).exec();

        assertThat(told.next()).contains("by hand", "killed by signal 9");
        assertThatThrownBy(() -> await(instance.wake())).hasMessageContaining("mini#1");
    }

    @Test
    void aContainerThatIsRemovedByHandIsTold() throws Exception {
        Instance instance = started(TestContainers.mini("mini"));

        engine.removeContainerCmd(instance.externalId()).withForce(true).exec();

        assertThat(told.next()).startsWith("by hand ");
    }

    @Test
    void aContainerThatIsPausedAndUnpausedByHandIsTold() throws Exception {
        Instance instance = started(TestContainers.mini("mini"));

        engine.pauseContainerCmd(instance.externalId()).exec();
        assertThat(told.next()).isEqualTo("asleep");
        engine.unpauseContainerCmd(instance.externalId()).exec();
        assertThat(told.next()).isEqualTo("awake");
    }

    @Test
    void itsOwnSleepAndWakeAreNotTold() throws Exception {
        Instance instance = started(TestContainers.mini("mini"));
        for (int round = 0; round < 5; round++) {
            await(instance.sleep(SleepDepth.FREEZE));
            await(instance.wake());
        }
        // Something that comes after all of these in the stream of events.
        engine.pauseContainerCmd(instance.externalId()).exec();

        assertThat(told.next()).isEqualTo("asleep");
        assertThat(told.nothing()).isTrue();
    }

    @Test
    void aContainerThatSomebodyPausedBeforeSleepsAndWakesAllTheSame() throws Exception {
        Instance instance = started(TestContainers.mini("mini"));
        engine.pauseContainerCmd(instance.externalId()).exec();

        await(instance.sleep(SleepDepth.FREEZE));
        engine.unpauseContainerCmd(instance.externalId()).exec();
        await(instance.wake());

        assertThat(new Talk(instance).call("echo", Map.of("token", "here"))).isEqualTo("here");
    }

    @Test
    void aServerThatLeavesIsToldWithItsStatusAndItsLastWords() throws Exception {
        Instance instance = started(TestContainers.mini("mini"));
        new Talk(instance).send("leave", Map.of("status", 3));

        assertThat(told.next()).isEqualTo("exit exit status 3, last line: mini server is up");
    }

    @Test
    void aContainerThatEndsAtOnceIsTold() throws Exception {
        started(TestContainers.service("brief", "sh", "-c", "echo no licence >&2; exit 4"));

        assertThat(told.next()).isEqualTo("exit exit status 4, last line: no licence");
    }

    @Test
    void aContainerThatEndsAtOnceWithoutComplaintIsToldToo() throws Exception {
        started(TestContainers.service("brief", "sh", "-c", "exit 0"));

        assertThat(told.next()).isEqualTo("exit exit status 0");
    }

    @Test
    void aProgramThatTheImageDoesNotHaveFailsItsStart() {
        assertThatThrownBy(() -> started(TestContainers.service("brief", "no-such-program")))
                .hasMessageContaining("brief")
                .hasMessageContaining("has no program no-such-program");
    }

    @Test
    void aFileThatIsNoProgramIsToldWithItsNameAndTheReason() throws Exception {
        started(TestContainers.service("brief", "/srv/mini-server.js"));

        assertThat(told.next())
                .startsWith("exit exit status 126, last line: ")
                .contains("/srv/mini-server.js")
                .contains("Permission denied");
    }

    @Test
    void anHttpServerThatEndsAtOnceFailsItsStart() {
        ServiceDefinition.Builder brief = ServiceDefinition.of(
                "brief",
                RuntimeChoice.DOCKER,
                TestContainers.launch("sh", "-c", "echo port taken >&2; exit 5"),
                WireProtocol.STREAMABLE_HTTP);

        assertThatThrownBy(() -> started(brief)).hasMessageContaining("exit status 5, last line: port taken");
        assertThat(told.written()).containsExactly("port taken");
    }

    @Test
    void anHttpServerWhosePortNeverAnswersFailsItsStartAndIsRemoved() throws Exception {
        runtime.close();
        runtime = new DockerRuntime(settings.withPortTimeout(Duration.ofMillis(500)), timers);
        ServiceDefinition.Builder deaf = ServiceDefinition.of(
                "deaf", RuntimeChoice.DOCKER, TestContainers.launch("sleep", "1000"), WireProtocol.STREAMABLE_HTTP);

        assertThatThrownBy(() -> started(deaf)).hasMessageContaining("nobody answered on port 8080");
    }

    @Test
    void anHttpServerIsReachedAtItsPort() throws Exception {
        Instance instance = started(TestContainers.miniHttp("http"));

        assertThat(ContainerStart.answers((DockerInstance) instance)).isTrue();
        assertThat(instance.logs(1)).containsExactly("mini server is up");
    }

    @Test
    void aServerThatNeedsMoreMemoryThanItMayIsToldWithItsLimit() throws Exception {
        Instance instance =
                started(TestContainers.mini("mini").resources(new Resources(64 * MIB, 1.0, null, null, 65 * MIB, 40)));
        new Talk(instance).send("take", Map.of("mb", 200));

        assertThat(told.next()).contains("more memory than its limit of 64 MB").contains("resources.memory");
    }

    @Test
    void anImageThatIsNotThereSaysWhatToRun() {
        Launch.Command launch =
                new Launch.Command("forge-mcp-test/nothing:1", List.of(), Map.of(), List.of(), null, 0, "/mcp");

        assertThatThrownBy(() -> started(TestContainers.mini("mini").launch(launch)))
                .hasMessageContaining("Service mini cannot be started")
                .hasMessageContaining("docker pull forge-mcp-test/nothing:1");
    }

    @Test
    void anImageThatCannotBeFetchedSaysWhyAndWhatToRun() throws Exception {
        runtime.close();
        runtime = new DockerRuntime(settings.withPullMissing(true), timers);
        // Nobody listens on port 1 of the engine's host.
        Launch.Command launch =
                new Launch.Command("127.0.0.1:1/nothing:1", List.of(), Map.of(), List.of(), null, 0, "/mcp");

        assertThatThrownBy(() -> started(TestContainers.mini("mini").launch(launch)))
                .hasMessageContaining("could not be fetched")
                .hasMessageContaining("docker pull 127.0.0.1:1/nothing:1");
    }

    @Test
    void aServerThatIgnoresTheRequestToEndIsKilledAfterTheGrace() throws Exception {
        Instance instance =
                started(TestContainers.service("stubborn", "sh", "-c", "trap '' TERM; while :; do sleep 1; done"));

        await(instance.stop(Duration.ofSeconds(1)));

        assertThat(TestContainers.of(engine, settings.owner())).isEmpty();
        assertThat(told.nothing()).isTrue();
    }
}
