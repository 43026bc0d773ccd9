package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Network;
import io.forgemcp.gateway.lifecycle.Instance;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody removes the networks of a gateway while none of its containers is on them. */
@Timeout(120)
class RemovedNetworkTest extends EngineTest {
    @Test
    void aNetworkThatIsRemovedByHandIsMadeAgainByTheNextStart() throws Exception {
        Instance first = started(TestContainers.miniHttp("web"), 1);
        await(first.stop(Duration.ZERO));
        List<Network> networks = engine.listNetworksCmd()
                .withFilter("label", List.of(Labels.OWNER + "=" + settings.owner()))
                .exec();
        assertThat(networks).hasSize(1);
        engine.removeNetworkCmd(networks.get(0).getId()).exec();

        Instance second = started(TestContainers.miniHttp("web"), 2);

        assertThat(ContainerStart.answers((DockerInstance) second)).isTrue();
        assertThat(inspect(second).getNetworkSettings().getNetworks())
                .containsOnlyKeys(networks.get(0).getName());
    }
}
