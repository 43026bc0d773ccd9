package io.forgemcp.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What the tests against a real engine share: the image of scripts/test-image.sh, and a client of their own. */
final class TestContainers {
    static final String IMAGE = "forge-mcp-test/servers";

    private TestContainers() {}

    /** Of an owner of its own, so that tests do not see each other's containers; names are made of how the owner's begins. */
    static DockerSettings settings(String test) {
        return DockerSettings.of(UUID.randomUUID() + "-" + test).withPullMissing(false);
    }

    static ServiceDefinition.Builder service(String name, String... command) {
        return ServiceDefinition.of(name, RuntimeChoice.DOCKER, launch(command), WireProtocol.STDIO);
    }

    /** The small server on standard streams. */
    static ServiceDefinition.Builder mini(String name) {
        return service(name, "node", "/srv/mini-server.js");
    }

    /** The small server over HTTP. */
    static ServiceDefinition.Builder miniHttp(String name) {
        return ServiceDefinition.of(
                name,
                RuntimeChoice.DOCKER,
                launch("node", "/srv/mini-server.js", "http", "{port}"),
                WireProtocol.STREAMABLE_HTTP);
    }

    static Launch.Command launch(String... command) {
        return new Launch.Command(IMAGE, List.of(command), Map.of(), List.of(), null, 0, "/mcp");
    }

    /** Somebody else at the engine: the one who does things by hand. */
    static DockerClient byHand() {
        DefaultDockerClientConfig config =
                DefaultDockerClientConfig.createDefaultConfigBuilder().build();
        return DockerClientImpl.getInstance(
                config,
                new ApacheDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .build());
    }

    /** Every container of this owner, running or not. */
    static List<Container> of(DockerClient client, String owner) {
        return client.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(Labels.OWNER, owner))
                .exec();
    }
}
