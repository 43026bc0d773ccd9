package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Container;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.SystemTimers;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A runtime against the real engine; after each test nothing of it may be left there. */
@NeedsEngine
abstract class EngineTest {
    protected final SystemTimers timers = new SystemTimers();
    protected final Told told = new Told();
    protected DockerClient engine;
    protected DockerSettings settings;
    protected DockerRuntime runtime;

    @BeforeEach
    void connect() {
        engine = TestContainers.byHand();
        settings = TestContainers.settings(getClass().getSimpleName());
        runtime = new DockerRuntime(settings, timers);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        runtime.close();
        timers.close();
        List<Container> left = TestContainers.of(engine, settings.owner());
        int networks = engine.listNetworksCmd()
                .withFilter("label", List.of(Labels.OWNER + "=" + settings.owner()))
                .exec()
                .size();
        engine.close();
        assertThat(left).isEmpty();
        assertThat(networks).isZero();
    }

    protected Instance started(ServiceDefinition.Builder service) throws Exception {
        return started(service, 1);
    }

    protected Instance started(ServiceDefinition.Builder service, long number) throws Exception {
        ServiceDefinition definition = service.build();
        return await(runtime.start(definition, new InstanceId(definition.name(), number), told));
    }

    protected static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    protected InspectContainerResponse inspect(Instance instance) {
        return engine.inspectContainerCmd(instance.externalId()).exec();
    }
}
