package io.forgemcp.it;

import io.forgemcp.auth.client.AuthorizingExchanger;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.GatewayBuilder;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.store.InMemoryStore;
import io.forgemcp.gateway.virtualserver.Naming;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import io.forgemcp.server.GatewayServer;
import io.forgemcp.server.Role;
import io.forgemcp.server.ServerSettings;
import io.forgemcp.server.client.JettyHttpExchanger;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.manager.Management;
import io.forgemcp.server.rest.OAuthRoutes;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A whole gateway in this process, listening on a port of its own. */
final class TestGateway implements AutoCloseable {
    private final Gateway gateway;
    private final GatewayServer server;

    private TestGateway(Gateway gateway) {
        this(gateway, List.of());
    }

    private TestGateway(Gateway gateway, List<Route> more) {
        this.gateway = gateway;
        ServerSettings settings = ServerSettings.defaults().withAddress("127.0.0.1", 0);
        server = GatewayServer.start(gateway, Map.of(Role.GATEWAY, settings), Management.NONE, more);
    }

    static TestGateway start(UnaryOperator<GatewayBuilder> with) {
        return new TestGateway(with.apply(Gateway.builder()).build().start());
    }

    /** With these services, each also behind a virtual server of its own name that leaves names as they are. */
    static TestGateway of(ServiceDefinition... services) {
        return start(builder -> {
            for (ServiceDefinition service : services) {
                builder.service(service).virtualServer(original(service));
            }
            return builder;
        });
    }

    /** As {@link #of}, with a service that may want OAuth. */
    static TestGateway authorizing(ServiceDefinition service) {
        AuthorizingExchanger exchanger =
                new AuthorizingExchanger(new JettyHttpExchanger(), new InMemoryStore(), null, InstantSource.system());
        Gateway gateway = Gateway.builder()
                .httpExchanger(exchanger)
                .service(service)
                .virtualServer(original(service))
                .build()
                .start();
        TestGateway started = new TestGateway(gateway, new OAuthRoutes(gateway, exchanger).routes());
        exchanger.listensAt(started.server.uri());
        return started;
    }

    static VirtualServer original(ServiceDefinition service) {
        return VirtualServer.of(service.name().value(), List.of(service.name()), Naming.ORIGINAL);
    }

    Gateway gateway() {
        return gateway;
    }

    URI uri(String path) {
        return server.uri().resolve(path);
    }

    URI mcp(String virtualServer) {
        return uri("/servers/" + virtualServer + "/mcp");
    }

    /** A client of this virtual server that has shaken hands. */
    GatewayClient client(String virtualServer) {
        GatewayClient client = new GatewayClient(mcp(virtualServer));
        client.initialize();
        return client;
    }

    @Override
    public void close() {
        server.close();
        gateway.close();
    }
}
