package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.model.Ports;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ports of HTTP servers: where they are published, and what is said if one is taken. */
@Timeout(120)
class PortsTest extends EngineTest {
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

    @Test
    void behindAnEngineElsewhereAServerIsReachedAtAPortOfItsOwnThatIsPublishedOnLoopbackOnly() throws Exception {
        try (CutSocket elsewhere = CutSocket.asIfElsewhere(Path.of("/var/run/docker.sock"))) {
            useEngineAt(elsewhere);

            Instance one = started(web("one"), 1);
            Instance two = started(web("two"), 2);

            assertThat(url(one).getHost()).isEqualTo("127.0.0.1");
            assertThat(url(one).getPort()).isNotIn(8080, url(two).getPort());
            assertThat(inspect(one)
                            .getNetworkSettings()
                            .getPorts()
                            .getBindings()
                            .values())
                    .allSatisfy(bindings -> assertThat(bindings)
                            .extracting(Ports.Binding::getHostIp)
                            .containsOnly("127.0.0.1"));
            assertThat(ping(url(one))).isEqualTo(200);
            assertThat(ping(url(two))).isEqualTo(200);
            runtime.close();
        }
    }

    @Test
    void aPortOfTheHostThatIsTakenIsNeverTheOneThatIsPublished() throws Exception {
        try (CutSocket elsewhere = CutSocket.asIfElsewhere(Path.of("/var/run/docker.sock"))) {
            useEngineAt(elsewhere);
            int first = url(started(web("first"), 1)).getPort();
            List<ServerSocket> taken = new ArrayList<>();
            try {
                // The engine hands ports out one after the other.
                for (int port = first + 1; port < first + 6; port++) {
                    take(port).ifPresent(taken::add);
                }
                assertThat(taken).isNotEmpty();

                URI second = url(started(web("second"), 2));

                assertThat(ping(second)).isEqualTo(200);
                assertThat(taken).extracting(ServerSocket::getLocalPort).doesNotContain(second.getPort());
            } finally {
                for (ServerSocket socket : taken) {
                    socket.close();
                }
            }
            runtime.close();
        }
    }

    @Test
    void behindAnEngineElsewhereAnInternalNetworkIsRefusedWithWhatToWrite() throws Exception {
        try (CutSocket elsewhere = CutSocket.asIfElsewhere(Path.of("/var/run/docker.sock"))) {
            useEngineAt(elsewhere);

            assertThatThrownBy(() -> started(TestContainers.miniHttp("inside")))
                    .hasMessageContaining("inside")
                    .hasMessageContaining("Write network: egress");
            runtime.close();
        }
    }

    @Test
    void aPortThatIsTakenInTheContainerFailsTheStartWithTheWordsOfTheServer() {
        ServiceDefinition.Builder twice = ServiceDefinition.of(
                "twice",
                RuntimeChoice.DOCKER,
                TestContainers.launch(
                        "node",
                        "-e",
                        "process.on('uncaughtException', (e) => { console.error(e.message); process.exit(1); });"
                                + "process.argv[2] = 'http'; process.argv[3] = '8080';"
                                + "require('net').createServer()"
                                + ".listen(8080, '127.0.0.1', () => require('/srv/mini-server.js'))"),
                WireProtocol.STREAMABLE_HTTP);

        assertThatThrownBy(() -> started(twice))
                .hasMessageContaining("exit status 1")
                .hasMessageContaining("address already in use");
    }

    private void useEngineAt(CutSocket elsewhere) throws Exception {
        runtime.close();
        runtime = new DockerRuntime(settings.withHost(elsewhere.host()), timers);
    }

    private static ServiceDefinition.Builder web(String name) {
        Launch.Command plain = TestContainers.launch("node", "/srv/mini-server.js", "http", "{port}");
        return ServiceDefinition.of(
                name,
                RuntimeChoice.DOCKER,
                new Launch.Command(
                        plain.image(),
                        plain.command(),
                        Map.of(),
                        List.of(),
                        null,
                        8080,
                        "/mcp",
                        new Launch.Container(Launch.Network.EGRESS, null)),
                WireProtocol.STREAMABLE_HTTP);
    }

    private static URI url(Instance instance) {
        return ((InstanceAddress.Http) instance.address()).url();
    }

    private static int ping(URI url) throws Exception {
        HttpRequest ping = HttpRequest.newBuilder(url)
                .POST(HttpRequest.BodyPublishers.ofString(PING))
                .build();
        return HttpClient.newHttpClient()
                .send(ping, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    /** The port; none if a program of somebody else has taken it, which is as good. */
    private static Optional<ServerSocket> take(int port) throws IOException {
        try {
            return Optional.of(new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1")));
        } catch (BindException taken) {
            return Optional.empty();
        }
    }
}
