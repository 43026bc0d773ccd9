package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A second runtime of the same owner, as after a gateway that was killed: the first is just not asked any more. */
@Timeout(120)
class AdoptionTest extends EngineTest {
    private static final long MIB = 1 << 20;

    private final AtomicLong numbers = new AtomicLong(100);
    private DockerRuntime next;

    @AfterEach
    void closeNext() {
        if (next != null) {
            next.close();
        }
    }

    @Test
    void aRunningContainerIsTakenOverWithWhatItRemembers() throws Exception {
        Instance left = started(TestContainers.mini("mini"));
        new Talk(left).call("count", Map.of());

        List<ServiceRuntime.Adopted> adopted = adopt(TestContainers.mini("mini").build());

        assertThat(adopted).hasSize(1);
        assertThat(adopted.get(0).depth()).isNull();
        assertThat(adopted.get(0).instance().externalId()).isEqualTo(left.externalId());
        assertThat(new Talk(adopted.get(0).instance()).call("count", Map.of())).isEqualTo("2");
    }

    @Test
    void aSleepingContainerIsTakenOverAsleepAndWakes() throws Exception {
        Instance left = started(TestContainers.mini("mini"));
        await(left.sleep(SleepDepth.FREEZE));

        ServiceRuntime.Adopted adopted =
                adopt(TestContainers.mini("mini").build()).get(0);

        assertThat(adopted.depth()).isNotNull();
        await(adopted.instance().wake());
        assertThat(new Talk(adopted.instance()).call("echo", Map.of("token", "back")))
                .isEqualTo("back");
    }

    @Test
    void aLimitThatACrashLeftLowIsPutBack() throws Exception {
        Instance left = started(TestContainers.mini("mini"));
        engine.updateContainerCmd(left.externalId()).withMemory(100 * MIB).exec();

        Instance adopted = adopt(TestContainers.mini("mini").build()).get(0).instance();

        assertThat(inspect(adopted).getHostConfig().getMemory()).isEqualTo(512 * MIB);
    }

    @Test
    void aLimitOnSwapThatACrashLeftLowIsPutBackTogetherWithTheOtherOne() throws Exception {
        Instance left = started(TestContainers.mini("mini"));
        assumeTrue(inspect(left).getHostConfig().getMemorySwap() > 0, "the engine does not limit swap");
        engine.updateContainerCmd(left.externalId())
                .withMemory(100 * MIB)
                .withMemorySwap(100 * MIB)
                .exec();

        Instance adopted = adopt(TestContainers.mini("mini").build()).get(0).instance();

        assertThat(inspect(adopted).getHostConfig().getMemory()).isEqualTo(512 * MIB);
        assertThat(inspect(adopted).getHostConfig().getMemorySwap()).isEqualTo(1024 * MIB);
    }

    @Test
    void aDuplicateIsRemoved() throws Exception {
        started(TestContainers.mini("mini"), 1);
        started(TestContainers.mini("mini"), 2);

        assertThat(adopt(TestContainers.mini("mini").build())).hasSize(1);
        assertThat(TestContainers.of(engine, settings.owner())).hasSize(1);
    }

    @Test
    void asManyAsMayRunAreTakenOver() throws Exception {
        started(TestContainers.mini("mini"), 1);
        started(TestContainers.mini("mini"), 2);

        assertThat(adopt(TestContainers.mini("mini").instances(0, 2).build())).hasSize(2);
    }

    @Test
    void oneOfAnotherConfigurationIsRemoved() throws Exception {
        started(TestContainers.mini("mini"));
        Launch.Command launch = TestContainers.launch("node", "/srv/mini-server.js");
        ServiceDefinition changed = TestContainers.mini("mini")
                .launch(new Launch.Command(
                        launch.image(), launch.command(), Map.of("GREETING", "new"), List.of(), null, 0, "/mcp"))
                .build();

        assertThat(adopt(changed)).isEmpty();
        assertThat(TestContainers.of(engine, settings.owner())).isEmpty();
    }

    /** What it remembers belongs to one client, whose session has ended with the gateway; nobody else may have it. */
    @Test
    void oneThatBelongedToASessionIsRemoved() throws Exception {
        started(TestContainers.mini("mini").isolation(Isolation.SESSION));

        assertThat(adopt(
                        TestContainers.mini("mini").isolation(Isolation.SESSION).build()))
                .isEmpty();
        assertThat(TestContainers.of(engine, settings.owner())).isEmpty();
    }

    @Test
    void whatIsNotTakenOverIsRemovedByTheFirstStart() throws Exception {
        started(TestContainers.mini("mini"), 1);

        next = new DockerRuntime(settings, timers);
        ServiceDefinition service = TestContainers.mini("mini").build();
        Instance fresh = await(next.start(service, id(), new Told()));

        assertThat(TestContainers.of(engine, settings.owner()))
                .extracting(container -> container.getId())
                .singleElement()
                .asString()
                .startsWith(fresh.externalId());
    }

    @Test
    void anHttpServerIsTakenOverAtItsAddress() throws Exception {
        Instance left = started(TestContainers.miniHttp("http"));

        Instance adopted = adopt(TestContainers.miniHttp("http").build()).get(0).instance();

        assertThat(adopted.address()).isEqualTo(left.address());
        assertThat(ContainerStart.answers((DockerInstance) adopted)).isTrue();
    }

    @Test
    void containersOfServicesThatAreNoLongerConfiguredAreRemoved() throws Exception {
        started(TestContainers.mini("gone"));
        started(TestContainers.mini("kept"));

        next = new DockerRuntime(settings.withConfigured(Set.of(ServiceName.of("kept"))), timers);
        await(next.adopt(TestContainers.mini("kept").build(), this::id, told));

        assertThat(told.next()).startsWith("by hand ");
        assertThat(TestContainers.of(engine, settings.owner()))
                .extracting(container -> container.getLabels().get(Labels.SERVICE))
                .containsExactly("kept");
    }

    private List<ServiceRuntime.Adopted> adopt(ServiceDefinition service) throws Exception {
        next = new DockerRuntime(settings, timers);
        return await(next.adopt(service, this::id, new Told()));
    }

    private InstanceId id() {
        return new InstanceId(ServiceName.of("mini"), numbers.incrementAndGet());
    }
}
