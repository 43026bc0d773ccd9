package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a container may do, as the engine says it and as the server inside finds it. */
class ContainerHardeningTest extends EngineTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path project;

    @Test
    void aContainerMayDoAsLittleAsAServerCanLiveWith() throws Exception {
        Instance instance = started(
                TestContainers.mini("mini").resources(new Resources(192 * MIB, 0.5, null, null, 288 * MIB, 40)));

        HostConfig host = inspect(instance).getHostConfig();
        assertThat(host.getCapDrop()).containsExactly(Capability.ALL);
        assertThat(host.getSecurityOpts()).contains("no-new-privileges:true");
        assertThat(host.getPrivileged()).isFalse();
        assertThat(host.getReadonlyRootfs()).isTrue();
        assertThat(host.getTmpFs()).containsOnlyKeys("/tmp");
        assertThat(host.getNetworkMode()).isEqualTo("none");
        assertThat(host.getMemory()).isEqualTo(192 * MIB);
        assertThat(host.getMemorySwap()).isEqualTo(288 * MIB);
        assertThat(host.getNanoCPUs()).isEqualTo(500_000_000L);
        assertThat(host.getPidsLimit()).isEqualTo(40);
        assertThat(host.getInit()).isTrue();
        assertThat(host.getBinds()).isNullOrEmpty();
        assertThat(inspect(instance).getConfig().getUser()).isEqualTo("65534:65534");
    }

    @Test
    void whatNobodyLimitedHasLimitsToo() throws Exception {
        HostConfig host = inspect(started(TestContainers.mini("mini"))).getHostConfig();

        assertThat(host.getMemory()).isPositive();
        assertThat(host.getMemorySwap()).isGreaterThan(host.getMemory());
        assertThat(host.getPidsLimit()).isPositive();
        assertThat(host.getNanoCPUs()).isPositive();
    }

    @Test
    void limitsThatTheEngineRefusesAreObjectedToAllAtOnceAndNamedByAStart() {
        ServiceDefinition service = TestContainers.mini("mini")
                .resources(new Resources(MIB, 4096.0, null, null, null, null))
                .build();

        assertThat(runtime.objections(service)).containsOnlyKeys("resources.cpu", "resources.memory");
        assertThatThrownBy(() -> started(TestContainers.mini("mini").resources(service.resources())))
                .hasMessageContaining("Service mini could not be started in a container: resources.cpu: 4096.0 cores");
    }

    @Test
    void theLimitsThatTheInstanceTellsAreThoseThatTheEngineHolds() throws Exception {
        Instance instance = started(TestContainers.mini("mini"));

        HostConfig host = inspect(instance).getHostConfig();
        assertThat(instance.limits()).isEqualTo(new Instance.Limits(host.getMemory(), host.getNanoCPUs() / 1e9));
        assertThat(instance.limits().memoryBytes()).isEqualTo(512 * MIB);
    }

    @Test
    void theServerIsNobodyAndWritesOnlyBelowTmp() throws Exception {
        Talk talk = new Talk(started(TestContainers.mini("mini")));

        assertThat(talk.call("whoami", Map.of())).contains("\"uid\":65534").contains("\"home\":\"/tmp\"");
        assertThat(talk.call("write", Map.of("path", "/srv/x", "text", "x"))).contains("EROFS");
        assertThat(talk.call("write", Map.of("path", "/tmp/x", "text", "x"))).isEqualTo("written");
    }

    @Test
    void itsLabelsSayWhoseItIs() throws Exception {
        Instance instance = started(TestContainers.mini("mini"), 7);

        assertThat(inspect(instance).getConfig().getLabels())
                .containsEntry(Labels.OWNER, settings.owner())
                .containsEntry(Labels.SERVICE, "mini")
                .containsEntry(Labels.INSTANCE, "7");
    }

    @Test
    void variablesOfTheDefinitionAreSetAndTheGatewaysAreNot() throws Exception {
        Launch.Command launch = TestContainers.launch("node", "/srv/mini-server.js");
        Talk talk = new Talk(started(TestContainers.mini("mini")
                .launch(new Launch.Command(
                        launch.image(), launch.command(), Map.of("GREETING", "hello"), List.of(), null, 0, "/mcp"))));

        assertThat(talk.call("whoami", Map.of())).contains("\"env\":\"hello\"");
    }

    @Test
    void aVolumeBelowTheProjectIsSeenAndAReadOnlyOneCannotBeWritten() throws Exception {
        Path data = Files.createDirectory(project.resolve("data"));
        Path readOnly = Files.createDirectory(project.resolve("given"));
        for (Path directory : List.of(data, readOnly)) {
            directory.toFile().setWritable(true, false);
            directory.toFile().setExecutable(true, false);
        }
        Talk talk = new Talk(started(
                withVolumes(new Launch.Volume(data, "/data", false), new Launch.Volume(readOnly, "/given", true))));

        assertThat(talk.call("write", Map.of("path", "/data/note", "text", "seen")))
                .isEqualTo("written");
        assertThat(talk.call("write", Map.of("path", "/given/note", "text", "x")))
                .contains("EROFS");
        assertThat(data.resolve("note")).hasContent("seen");
    }

    @Test
    void aVolumeElsewhereIsRefusedEvenThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(project.resolve("innocent"), Path.of("/etc"));

        assertThatThrownBy(() -> started(withVolumes(new Launch.Volume(link, "/data", true))))
                .hasMessageContaining("mini")
                .hasMessageContaining("leads to /etc")
                .hasMessageContaining("volume_directories");
    }

    @Test
    void aVolumeThatIsNotThereIsRefusedInsteadOfMade() {
        Path missing = project.resolve("missing");

        assertThatThrownBy(() -> started(withVolumes(new Launch.Volume(missing, "/data", false))))
                .hasMessageContaining(missing + " does not exist");
        assertThat(missing).doesNotExist();
    }

    @Test
    void anHttpServerIsOnANetworkWithoutAWayOutWhereNoOtherServiceIsReached() throws Exception {
        Instance instance = started(TestContainers.miniHttp("http"));

        String network = inspect(instance).getHostConfig().getNetworkMode();
        com.github.dockerjava.api.model.Network found =
                engine.inspectNetworkCmd().withNetworkId(network).exec();
        assertThat(found.getInternal()).isTrue();
        assertThat(found.getOptions()).containsEntry("com.docker.network.bridge.enable_icc", "false");
        InspectContainerResponse container = inspect(instance);
        assertThat(container.getNetworkSettings().getPorts().getBindings()).isEmpty();
    }

    private io.forgemcp.gateway.service.ServiceDefinition.Builder withVolumes(Launch.Volume... volumes) {
        Launch.Command launch = TestContainers.launch("node", "/srv/mini-server.js");
        return TestContainers.mini("mini")
                .launch(new Launch.Command(
                        launch.image(), launch.command(), Map.of(), List.of(volumes), project, 0, "/mcp"));
    }
}
