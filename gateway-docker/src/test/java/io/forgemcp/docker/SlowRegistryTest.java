package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.GatewayBuilder;
import io.forgemcp.gateway.ToolResult;
import io.forgemcp.gateway.lifecycle.EmergencySettings;
import io.forgemcp.gateway.lifecycle.ServiceBudget;
import io.forgemcp.gateway.lifecycle.SleepSettings;
import io.forgemcp.gateway.lifecycle.SystemPolicy;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Services whose images come from a registry that takes connections and never answers. */
@NeedsEngine
@Timeout(120)
class SlowRegistryTest {
    /** More than starts run at once. */
    private static final int HANGING = Runtime.getRuntime().availableProcessors() + 2;

    private DockerClient engine;
    private DockerSettings settings;
    private ServerSocket registry;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        engine = TestContainers.byHand();
        registry = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        settings = TestContainers.settings("registry").withPullMissing(true);
        GatewayBuilder builder = Gateway.builder()
                .runtime(new DockerRuntime(settings))
                // One place: whoever held it while its image is fetched would keep everybody waiting.
                .systemPolicy(new SystemPolicy(
                        SleepSettings.DEFAULT, new ServiceBudget(null, null, 1, Map.of()), EmergencySettings.NONE))
                .service(TestContainers.mini("mini").build());
        for (int i = 0; i < HANGING; i++) {
            builder.service(fromTheRegistry(i));
        }
        gateway = builder.build().start();
    }

    private ServiceDefinition fromTheRegistry(int number) {
        String image = "127.0.0.1:" + registry.getLocalPort() + "/hangs" + number + ":1";
        return ServiceDefinition.of(
                        "hangs" + number,
                        RuntimeChoice.DOCKER,
                        new Launch.Command(image, List.of("server"), Map.of(), List.of(), null, 0, "/mcp"),
                        WireProtocol.STDIO)
                .build();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        gateway.close();
        registry.close();
        List<?> left = TestContainers.of(engine, settings.owner());
        engine.close();
        assertThat(left).isEmpty();
    }

    @Test
    void aRegistryThatHangsKeepsOnlyThoseWaitingWhoseImagesAreNotThere() throws Exception {
        List<CompletionStage<ToolResult>> hanging = new ArrayList<>();
        for (int i = 0; i < HANGING; i++) {
            hanging.add(gateway.call("hangs" + i + "-echo", Map.of()));
        }
        // The engine has asked for the first of them, so all are under way.
        registry.accept();

        ToolResult answer = gateway.call("mini-echo", Map.of("token", "here"))
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);

        assertThat(answer.text()).isEqualTo("here");
        assertThat(hanging)
                .allSatisfy(call -> assertThat(call.toCompletableFuture()).isNotDone());
    }
}
