package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.ToolResponse;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.virtualserver.Naming;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Lists come from the catalog: nobody is woken for them. */
class SleepingListTest {
    private static final int SERVICES = 50;
    private static final int TOOLS = 100;

    /** Runs Java servers and counts how often it had to. */
    private static final class CountingRuntime implements ServiceRuntime {
        private final AtomicInteger starts = new AtomicInteger();

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public boolean supports(ServiceDefinition service) {
            return service.launch() instanceof Launch.Java;
        }

        @Override
        public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
            starts.incrementAndGet();
            InProcessServer server = ((Launch.Java) service.launch()).server();
            return CompletableFuture.completedFuture(new Instance() {
                @Override
                public InstanceId id() {
                    return id;
                }

                @Override
                public InstanceAddress address() {
                    return new InstanceAddress.InProcess(server);
                }

                @Override
                public CompletionStage<Void> stop(Duration grace) {
                    return CompletableFuture.completedFuture(null);
                }
            });
        }
    }

    @Test
    void fiftyServicesWithAHundredToolsEachAreListedWithoutWakingAny() {
        CountingRuntime runtime = new CountingRuntime();
        List<ServiceName> names = new ArrayList<>();
        try (TestGateway gateway = TestGateway.start(builder -> {
            for (int s = 0; s < SERVICES; s++) {
                ServiceDefinition service = service("service" + s);
                names.add(service.name());
                builder.service(service);
            }
            return builder.runtime(runtime)
                    .virtualServer(VirtualServer.of("first", names.subList(0, 1), Naming.PREFIXED));
        })) {
            for (ServiceName name : names) {
                gateway.gateway().catalog().refresh(name).toCompletableFuture().join();
            }
            for (ServiceName name : names) {
                gateway.gateway()
                        .services()
                        .stop(name, Force.YES)
                        .toCompletableFuture()
                        .join();
            }
            int starts = runtime.starts.get();
            assertThat(starts).isGreaterThanOrEqualTo(SERVICES);

            try (GatewayClient client = new GatewayClient(gateway.uri("/mcp"))) {
                client.initialize();
                JsonNode tools = client.request("tools/list", Json.of("{}")).path("tools");
                assertThat(tools).hasSize(SERVICES * TOOLS);
                assertThat(tools.get(0).path("name").asText()).isEqualTo("service0-tool0");
                client.request("prompts/list", Json.of("{}"));
                client.request("resources/list", Json.of("{}"));
                client.request("resources/templates/list", Json.of("{}"));
                client.request("ping", Json.of("{}"));
                try (GatewayClient first = gateway.client("first")) {
                    assertThat(first.request("tools/list", Json.of("{}")).path("tools"))
                            .hasSize(60);
                }
                assertThat(runtime.starts.get()).as("starts after lists").isEqualTo(starts);

                assertThat(client.call("service7-tool3", Json.of("{}"))
                                .at("/content/0/text")
                                .asText())
                        .isEqualTo("tool3");
                assertThat(runtime.starts.get()).as("starts after one call").isEqualTo(starts + 1);
            }
        }
    }

    private static ServiceDefinition service(String name) {
        JavaServer.Builder server = JavaServer.builder(name, "1");
        for (int t = 0; t < TOOLS; t++) {
            String tool = "tool" + t;
            server.tool(tool, "A tool", "{\"type\":\"object\"}", arguments -> ToolResponse.text(tool));
        }
        return ServiceDefinition.of(name, RuntimeChoice.JAVA, new Launch.Java(server.build()), WireProtocol.STDIO)
                .build();
    }
}
