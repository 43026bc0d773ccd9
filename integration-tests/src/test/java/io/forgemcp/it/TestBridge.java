package io.forgemcp.it;

import io.forgemcp.gateway.lifecycle.process.ProcessRuntime;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.translate.Bridge;
import io.forgemcp.gateway.translate.BridgeSettings;
import io.forgemcp.gateway.transport.StdioTransport;
import io.forgemcp.server.ServerSettings;
import io.forgemcp.server.TranslateServer;
import java.net.URI;
import java.util.Set;

/** A bridge in this process, listening on a port of its own, in front of a real stdio server. */
final class TestBridge implements AutoCloseable {
    private final SystemTimers timers = new SystemTimers();
    private final ProcessRuntime runtime = new ProcessRuntime(timers);
    private final Bridge bridge;
    private final TranslateServer server;

    TestBridge(ServiceDefinition stdio, BridgeSettings settings) {
        bridge = new Bridge(stdio, runtime, new StdioTransport(), timers, settings);
        server = TranslateServer.start(
                bridge, settings, Set.of(), timers, ServerSettings.defaults().withAddress("127.0.0.1", 0));
    }

    URI uri(String path) {
        return server.uri().resolve(path);
    }

    @Override
    public void close() {
        server.close();
        bridge.close();
        runtime.close();
        timers.close();
    }
}
