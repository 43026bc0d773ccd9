package io.forgemcp.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.Schema;
import io.forgemcp.gateway.inprocess.ToolResponse;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link ServiceRuntime} does. Extend it, give a runtime and services that it can and cannot run. */
public abstract class ServiceRuntimeContract {
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final List<String> exits = new CopyOnWriteArrayList<>();
    private ServiceRuntime runtime;

    /** A fresh runtime; closed after the test. */
    protected abstract ServiceRuntime newRuntime();

    /** A service that this runtime can start and that stays up. */
    protected abstract ServiceDefinition goodService();

    /** A service that this runtime takes and that cannot be started; empty if there is no such thing. */
    protected Optional<ServiceDefinition> brokenService() {
        return Optional.empty();
    }

    /** How long a start, stop, sleep or wake may take here. */
    protected Duration patience() {
        return Duration.ofSeconds(30);
    }

    @BeforeEach
    void create() {
        runtime = newRuntime();
    }

    @AfterEach
    void closeTwice() {
        runtime.close();
        runtime.close();
    }

    private <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(patience().toMillis(), TimeUnit.MILLISECONDS);
    }

    private Instance started(long number) throws Exception {
        ServiceDefinition service = goodService();
        return await(runtime.start(
                service, new InstanceId(service.name(), number), (id, reason) -> exits.add(id + ": " + reason)));
    }

    @Test
    void itHasAShortName() {
        assertThat(runtime.name()).matches("[a-z][a-z0-9-]{0,31}");
    }

    @Test
    void itSupportsItsOwnServicesAndNotEveryOther() {
        ServiceDefinition remote = ServiceDefinition.http("elsewhere", URI.create("http://192.0.2.1/mcp"))
                .build();
        ServiceDefinition inside = ServiceDefinition.java(
                        "inside",
                        JavaServer.builder("inside", "1")
                                .tool("t", "A tool", Schema.object(), arguments -> ToolResponse.text(""))
                                .build())
                .build();
        ServiceDefinition command =
                ServiceDefinition.stdio("command", "no-such-command-anywhere").build();

        assertThat(runtime.supports(goodService())).isTrue();
        assertThat(List.of(remote, inside, command)).anyMatch(other -> !runtime.supports(other));
    }

    @Test
    void aStartedInstanceHasItsIdAndAnAddress() throws Exception {
        Instance instance = started(3);

        assertThat(instance.id()).isEqualTo(new InstanceId(goodService().name(), 3));
        assertThat(instance.address()).isNotNull();
        assertThatCode(instance::usage).doesNotThrowAnyException();
        assertThat(instance.logs(10)).hasSizeLessThanOrEqualTo(10);
        assertThat(instance.depths()).doesNotContain(SleepDepth.STOP);
        await(instance.stop(GRACE));
    }

    @Test
    void stoppingIsIdempotentAndNotReportedAsAnExit() throws Exception {
        Instance instance = started(1);

        await(instance.stop(GRACE));
        await(instance.stop(GRACE));

        assertThat(exits).isEmpty();
    }

    @Test
    void twoInstancesOfOneServiceAreIndependent() throws Exception {
        assumeTrue(!(goodService().launch() instanceof Launch.Remote));
        Instance one = started(1);
        Instance two = started(2);

        await(one.stop(GRACE));

        assertThat(two.id()).isNotEqualTo(one.id());
        assertThat(exits).isEmpty();
        await(two.stop(GRACE));
    }

    @Test
    void everyDepthCanBeSleptAtAndWokenFromMoreThanOnce() throws Exception {
        Instance instance = started(1);
        for (SleepDepth depth : instance.depths()) {
            for (int round = 0; round < 2; round++) {
                await(instance.sleep(depth));
                await(instance.wake());
            }
        }
        assertThat(exits).isEmpty();
        await(instance.stop(GRACE));
    }

    @Test
    void aSleepingInstanceCanBeStopped() throws Exception {
        Instance instance = started(1);
        for (SleepDepth depth : instance.depths()) {
            await(instance.sleep(depth));
            break;
        }

        await(instance.stop(GRACE));

        assertThat(exits).isEmpty();
    }

    @Test
    void aStartThatFailsSaysWhyInAGatewayException() {
        assumeTrue(brokenService().isPresent());
        ServiceDefinition broken = brokenService().orElseThrow();

        Throwable failure = catchThrowable(
                () -> await(runtime.start(broken, new InstanceId(broken.name(), 1), (id, reason) -> {})));

        assertThat(GatewayException.unwrap(failure))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining(broken.name().value());
    }
}
