package io.forgemcp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forgemcp.auth.client.AuthorizingExchanger;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.alert.AlertRule;
import io.forgemcp.gateway.alert.AlertSettings;
import io.forgemcp.gateway.alert.Condition;
import io.forgemcp.gateway.alert.Severity;
import io.forgemcp.gateway.config.ServiceEntries;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.Schema;
import io.forgemcp.gateway.inprocess.ToolResponse;
import io.forgemcp.gateway.lifecycle.EmergencySettings;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceBudget;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.lifecycle.SleepSettings;
import io.forgemcp.gateway.lifecycle.SystemPolicy;
import io.forgemcp.gateway.security.AccessPolicy;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.store.InMemoryStore;
import io.forgemcp.gateway.transport.JdkHttpExchanger;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.manager.Management;
import io.forgemcp.server.prometheus.PrometheusMetrics;
import io.forgemcp.server.rest.OAuthRoutes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A service manager behind a real listener, beside the gateway's on the same server, and a client to try it. */
final class ManagerFixture implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    private static final AlertRule FAILS = AlertRule.ofServices(
            "availability",
            "health_checks_fail",
            Condition.parse("increase(health_check_failure_total[5m]) > 2"),
            Severity.CRITICAL,
            "{{ $labels.service_name }} is not well");

    final HttpClient client = HttpClient.newHttpClient();
    final GatewayStore store = new InMemoryStore();
    final Runner docker = new Runner();
    final Gateway gateway;
    final List<Route> authorisation;
    final GatewayServer server;
    volatile boolean allowed = true;
    volatile boolean known = true;

    ManagerFixture() {
        JavaServer calculator = JavaServer.builder("calc", "1.0")
                .tool("add", "Adds", Schema.object(), arguments -> ToolResponse.text("5"))
                .build();
        gateway = Gateway.builder()
                .metrics(new PrometheusMetrics())
                .store(store)
                .authenticator(this::identify)
                .accessPolicy(new Policy())
                .runtime(docker)
                .systemPolicy(new SystemPolicy(
                        SleepSettings.DEFAULT,
                        new ServiceBudget(8L << 30, 4.0, null, Map.of()),
                        EmergencySettings.NONE))
                .alerts(new AlertSettings(List.of(FAILS), Duration.ofHours(1), Duration.ofHours(1)))
                .service(ServiceDefinition.java("calc", calculator).build())
                .service(ServiceDefinition.java("kept", calculator)
                        .instances(1, 1)
                        .build())
                .service(ServiceDefinition.stdio("missing", "no-such-program-anywhere")
                        .build())
                .build()
                .start();
        ServerSettings settings = ServerSettings.defaults().withAddress("127.0.0.1", 0);
        authorisation = new OAuthRoutes(
                        gateway, new AuthorizingExchanger(new JdkHttpExchanger(), store, null, InstantSource.system()))
                .routes();
        server = GatewayServer.start(
                gateway, Map.of(Role.GATEWAY, settings, Role.MANAGER, settings), Management.NONE, authorisation);
    }

    @Override
    public void close() {
        server.close();
        gateway.close();
    }

    private CompletionStage<Caller> identify(Authenticator.Credentials credentials) {
        return known
                ? CompletableFuture.completedFuture(Caller.LOCAL)
                : CompletableFuture.failedFuture(new GatewayException(ErrorCode.UNAUTHENTICATED, "Say who you are."));
    }

    private final class Policy implements AccessPolicy {
        @Override
        public boolean mayUse(Caller caller, String virtualServer) {
            return true;
        }

        @Override
        public boolean mayCall(Caller caller, ServiceName service, String tool) {
            return true;
        }

        @Override
        public boolean mayAdminister(Caller caller) {
            return allowed;
        }
    }

    /** A route as the OpenAPI document names it. */
    record Operation(String verb, String path) {
        /** The path with this name or id in it. */
        String of(String name) {
            return path.replaceAll("\\{[^}]+}", name);
        }

        boolean takesBody() {
            return !verb.equals("GET") && !verb.equals("DELETE");
        }
    }

    /** Every route that the manager has. */
    List<Operation> operations() throws Exception {
        List<Operation> operations = new ArrayList<>();
        send("GET", "/openapi.json", 200)
                .path("paths")
                .fields()
                .forEachRemaining(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(
                                verb -> operations.add(new Operation(verb.toUpperCase(Locale.ROOT), path.getKey()))));
        assertThat(operations).hasSizeGreaterThan(15);
        return operations;
    }

    /** The states of all services and what led to them, to be compared. */
    String states() {
        return gateway.services().statuses().stream()
                .map(status -> status.name() + " " + status.state() + " " + status.stateTransitions())
                .toList()
                .toString();
    }

    static ServiceEntries entries() {
        return new ServiceEntries(Path.of("(none)"), Environment.of(Path.of(""), Map.of()));
    }

    URI uri(String path) {
        return URI.create(server.uri(Role.MANAGER) + path);
    }

    JsonNode post(String path, String body, int status) throws IOException, InterruptedException {
        return read(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)),
                status);
    }

    /** Changes the sleep settings. */
    JsonNode settings(String verb, String body, int status) throws IOException, InterruptedException {
        return read(
                HttpRequest.newBuilder(uri("/settings/sleep"))
                        .header("Content-Type", "application/json")
                        .method(verb, HttpRequest.BodyPublishers.ofString(body)),
                status);
    }

    JsonNode send(String verb, String path, int status) throws IOException, InterruptedException {
        return read(HttpRequest.newBuilder(uri(path)).method(verb, HttpRequest.BodyPublishers.noBody()), status);
    }

    private JsonNode read(HttpRequest.Builder request, int status) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }

    /** A container engine whose containers never come up. */
    static final class Runner implements ServiceRuntime {
        private final CompletableFuture<Instance> starting = new CompletableFuture<>();
        volatile @Nullable String problem;

        @Override
        public String name() {
            return "docker";
        }

        @Override
        public @Nullable String problem() {
            return problem;
        }

        @Override
        public boolean supports(ServiceDefinition service) {
            return service.runtime() == RuntimeChoice.DOCKER;
        }

        @Override
        public Map<String, String> objections(ServiceDefinition service) {
            return ((Launch.Command) service.launch())
                    .volumes().stream()
                            .collect(Collectors.toMap(volume -> "volumes", volume -> volume.host() + " is forbidden"));
        }

        @Override
        public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
            return starting;
        }

        @Override
        public void abandon(InstanceId id) {
            starting.completeExceptionally(new IllegalStateException("not wanted any more"));
        }
    }
}
