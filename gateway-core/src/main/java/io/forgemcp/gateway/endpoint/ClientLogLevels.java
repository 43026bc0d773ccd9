package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.protocol.LogLevel;
import io.forgemcp.gateway.upstream.ClientKey;
import org.jspecify.annotations.Nullable;

/** What clients without sessions want servers with sessions to log. Thread-safe; must not block. */
@FunctionalInterface
public interface ClientLogLevels {
    /** The least severe level that any request of this client has asked for; null if none has, or it is not one of these. */
    @Nullable
    LogLevel of(ClientKey client);
}
