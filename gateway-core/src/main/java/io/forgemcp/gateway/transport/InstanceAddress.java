package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.service.OAuthClient;
import io.forgemcp.gateway.service.WireProtocol;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.Map;

/** Where a running instance is spoken to. A runtime hands it out; a transport uses it. */
public sealed interface InstanceAddress {
    /**
     * @param url of the MCP endpoint, or of the event stream for HTTP+SSE
     * @param headers sent with every request; may hold secrets
     * @param wire one of the HTTP protocols
     * @param oauth who the gateway is if the server wants OAuth; {@link OAuthClient#OFF} where it runs by the gateway's own
     *     hand
     */
    record Http(URI url, Map<String, String> headers, WireProtocol wire, OAuthClient oauth) implements InstanceAddress {
        public Http {
            headers = Map.copyOf(headers);
        }

        /** Of a server that is never authorised by OAuth. */
        public Http(URI url, Map<String, String> headers, WireProtocol wire) {
            this(url, headers, wire, OAuthClient.OFF);
        }

        /** Without the headers, whose values may be secret. */
        @Override
        public String toString() {
            return wire + " " + url;
        }
    }

    /**
     * The standard streams of a process or container. There is one conversation on them; whoever opens it owns both
     * streams until the instance ends.
     *
     * @param input what the server reads
     * @param output what the server writes
     */
    record Stdio(OutputStream input, InputStream output) implements InstanceAddress {}

    /** An object in this process. */
    record InProcess(InProcessServer server) implements InstanceAddress {}
}
