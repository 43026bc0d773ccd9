package io.forgemcp.server.cli;

import io.forgemcp.gateway.lifecycle.RemoteRuntime;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.translate.StdioFace;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.SseTransport;
import io.forgemcp.gateway.transport.StreamableHttpTransport;
import io.forgemcp.gateway.transport.UpstreamTransport;
import io.forgemcp.server.client.JettyHttpExchanger;
import io.forgemcp.server.client.PatientExchanger;
import java.io.OutputStream;
import java.time.Duration;

/** A command that is an MCP server on its standard streams until its client closes them or somebody stops it. */
final class StdioSession {
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final Shell shell;
    private final OutputStream out;
    private final StopRequest stop;

    /** From now on only messages are written to standard output. */
    StdioSession(Shell shell) {
        this.shell = shell;
        this.out = StandardStreams.claimOutput(shell);
        this.stop = shell.stopRequests().get();
    }

    /** Speaks to a server behind a URL. */
    void run(ServiceDefinition server) {
        try (SystemTimers timers = new SystemTimers();
                HttpExchanger http = new PatientExchanger(new JettyHttpExchanger(), FAREWELL)) {
            run(server, transport(server, http, timers), timers);
        }
    }

    private static UpstreamTransport transport(ServiceDefinition server, HttpExchanger http, SystemTimers timers) {
        return server.wire() == WireProtocol.SSE ? new SseTransport(http) : new StreamableHttpTransport(http, timers);
    }

    /** Speaks to a server over a transport of one's own. */
    void run(ServiceDefinition server, UpstreamTransport transport, SystemTimers timers) {
        try (StdioFace face = new StdioFace(server, new RemoteRuntime(), transport, timers, shell.in(), out)) {
            face.start().whenComplete((done, failure) -> {
                // Asking twice would mean to end at once.
                if (!stop.isRequested()) {
                    stop.request();
                }
            });
            stop.await();
        }
    }
}
