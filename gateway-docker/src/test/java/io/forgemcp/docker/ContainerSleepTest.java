package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.Resources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The depths of sleep, on a swap file of the test's own. */
@Timeout(120)
class ContainerSleepTest extends EngineTest {
    private static final long MIB = 1 << 20;
    private static final long SWAP_MIB = 512;
    private static Path swapFile;

    @BeforeAll
    static void makeSwap() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can add a swap file");
        swapFile = Files.createTempFile("forge-test", ".swap");
        run("dd", "if=/dev/zero", "of=" + swapFile, "bs=1M", "count=" + SWAP_MIB);
        run("chmod", "600", swapFile.toString());
        run("mkswap", swapFile.toString());
        Path made = swapFile;
        Process on = new ProcessBuilder("swapon", made.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(on.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (on.waitFor() != 0) {
            // Not every file system can hold swap, and not every container may add it.
            Files.delete(made);
            swapFile = null;
            abort("no swap file can be added here: " + said.strip());
        }
    }

    @AfterAll
    static void removeSwap() throws Exception {
        if (swapFile != null) {
            run("swapoff", swapFile.toString());
            Files.delete(swapFile);
        }
    }

    @Test
    void withSwapEveryDepthIsOffered() throws Exception {
        Instance instance = started(sleeper());

        assertThat(runtime.withheldDepths()).isEmpty();
        assertThat(instance.depths()).containsExactly(SleepDepth.FREEZE, SleepDepth.SHALLOW, SleepDepth.DEEP);
    }

    @Test
    void freezingKeepsMemoryAndTakesNoProcessorTime() throws Exception {
        Instance instance = started(sleeper());
        Talk talk = new Talk(instance);
        talk.call("take", Map.of("mb", 40));

        await(instance.sleep(SleepDepth.FREEZE));

        long before = usage(instance).cpuNanos();
        assertThat(usage(instance).memoryBytes()).isGreaterThan(40 * MIB);
        assertThat(inspect(instance).getState().getPaused()).isTrue();
        assertThat(usage(instance).cpuNanos()).isEqualTo(before);
    }

    @Test
    void aDeepSleepMovesNearlyAllMemoryOutAndTheServerIsAsItWas() throws Exception {
        Instance instance = started(sleeper());
        Talk talk = new Talk(instance);
        talk.call("take", Map.of("mb", 60));
        talk.call("count", Map.of());
        long awake = usage(instance).memoryBytes();

        await(instance.sleep(SleepDepth.DEEP));

        Instance.Usage asleep = usage(instance);
        assertThat(asleep.memoryBytes()).isLessThan(awake / 5);
        assertThat(asleep.swapBytes()).isGreaterThan(40 * MIB);
        assertThat(inspect(instance).getHostConfig().getMemory()).isEqualTo(192 * MIB);

        await(instance.wake());
        assertThat(talk.call("count", Map.of())).isEqualTo("2");
        assertThat(told.nothing()).isTrue();
    }

    @Test
    void aShallowSleepKeepsLessThanHalfAndMayDeepenWithoutWaking() throws Exception {
        Instance instance = started(sleeper());
        new Talk(instance).call("take", Map.of("mb", 60));
        long awake = usage(instance).memoryBytes();

        await(instance.sleep(SleepDepth.SHALLOW));
        long shallow = usage(instance).memoryBytes();
        await(instance.sleep(SleepDepth.DEEP));

        assertThat(shallow).isBetween(awake / 5, awake / 2);
        assertThat(usage(instance).memoryBytes()).isLessThan(awake / 5);
        assertThat(inspect(instance).getState().getPaused()).isTrue();
        await(instance.wake());
    }

    @Test
    void whoMayNotAskTheKernelLowersTheLimitAndPutsItBack() throws Exception {
        DockerInstance instance = (DockerInstance) started(sleeper());
        Talk talk = new Talk(instance);
        talk.call("take", Map.of("mb", 60));
        await(instance.sleep(SleepDepth.FREEZE));
        long awake = usage(instance).memoryBytes();

        new Squeeze(instance.container(), 192 * MIB, null, () -> null).to(SleepDepth.DEEP, usage(instance));

        assertThat(usage(instance).memoryBytes()).isLessThan(awake / 5);
        assertThat(inspect(instance).getHostConfig().getMemory()).isEqualTo(192 * MIB);
        await(instance.wake());
        assertThat(talk.call("echo", Map.of("token", "well"))).isEqualTo("well");
    }

    @Test
    void aLimitThatSomebodyLeftLowIsPutBackBeforeItWakes() throws Exception {
        Instance instance = started(sleeper());
        Talk talk = new Talk(instance);
        talk.call("take", Map.of("mb", 40));
        await(instance.sleep(SleepDepth.DEEP));
        engine.updateContainerCmd(instance.externalId()).withMemory(10 * MIB).exec();
        ((DockerInstance) instance).squeeze().suspect();

        await(instance.wake());

        assertThat(inspect(instance).getHostConfig().getMemory()).isEqualTo(192 * MIB);
        assertThat(talk.call("take", Map.of("mb", 20))).isEqualTo("2");
    }

    @Test
    void aDeeplySleepingContainerEndsWhenItIsToldTo() throws Exception {
        Instance instance = started(sleeper());
        new Talk(instance).call("take", Map.of("mb", 40));
        await(instance.sleep(SleepDepth.DEEP));

        await(instance.stop(Duration.ofSeconds(5)));

        assertThat(TestContainers.of(engine, settings.owner())).isEmpty();
    }

    private static io.forgemcp.gateway.service.ServiceDefinition.Builder sleeper() {
        return TestContainers.mini("sleeper").resources(new Resources(192 * MIB, 1.0, null, null, 384 * MIB, 40));
    }

    private static Instance.Usage usage(Instance instance) {
        return Objects.requireNonNull(instance.usage(), "this test needs the kernel's figures");
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(command))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
    }
}
