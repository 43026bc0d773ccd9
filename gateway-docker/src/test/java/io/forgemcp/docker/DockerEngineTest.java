package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Against a stand-in that speaks the one path of the Engine API that is asked here: a real engine is not to be had on
 * every machine that runs these tests, and nothing of its behaviour but this answer matters.
 */
class DockerEngineTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @Test
    void anEngineSaysWhichVersionItIs() throws IOException {
        DockerEngine engine = answering("{\"Version\":\"28.2.2\",\"ApiVersion\":\"1.50\",\"Os\":\"linux\"}");

        assertThat(engine.version()).isEqualTo("28.2.2");
        assertThat(engine.isRecentEnough()).isTrue();
    }

    @Test
    void anEngineOlderThanTwentyTenIsNotRecentEnough() throws IOException {
        assertThat(answering("{\"Version\":\"19.3\",\"ApiVersion\":\"1.40\"}").isRecentEnough())
                .isFalse();
    }

    @Test
    void noEngineIsAnErrorThatNamesTheAddressAndTheWayOut() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        assertThatThrownBy(() -> DockerEngine.ask("tcp://127.0.0.1:" + free, TIMEOUT))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE))
                .hasMessageContaining("127.0.0.1:" + free)
                .hasMessageContaining("DOCKER_HOST");
    }

    @Test
    void aHostThatIsNoAddressIsAnErrorOfTheConfiguration() {
        assertThatThrownBy(() -> DockerEngine.ask("gopher://there", TIMEOUT))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("gopher://there");
    }

    private static DockerEngine answering(String version) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = version.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            return DockerEngine.ask("tcp://127.0.0.1:" + server.getAddress().getPort(), TIMEOUT);
        } finally {
            server.stop(0);
        }
    }
}
