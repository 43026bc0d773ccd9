package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.ProtocolVersion;

/** A conversation with a server after the handshake. Thread-safe. */
public interface UpstreamSession {
    /** The {@code result} of the server's answer to {@code initialize}: capabilities, serverInfo, instructions. */
    JsonSlice initializeResult();

    /** The revision that both sides agreed on. */
    ProtocolVersion protocolVersion();

    /**
     * Sends a request of the gateway's own here or not at all; the listener hears exactly one answer or failure, possibly
     * before this returns.
     */
    void send(UpstreamRequest request, CallListener listener);
}
