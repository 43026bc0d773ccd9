package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.protocol.Message;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A client's request on its way to a server. The upstream side gives it an id and a progress token of its own.
 *
 * @param message as the client sent it
 * @param name replaces {@code params.name}: the tool's or prompt's own name as a quoted JSON string; null to keep it
 * @param timeout how long to wait for the answer
 */
public record UpstreamRequest(Message message, byte @Nullable [] name, Duration timeout) {}
