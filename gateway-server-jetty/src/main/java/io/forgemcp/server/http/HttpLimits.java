package io.forgemcp.server.http;

import java.time.Duration;
import java.util.Set;

/**
 * What requests of one listener are held to.
 *
 * @param maxRequestBytes larger bodies are refused with 413
 * @param allowedHosts names, without ports, that a Host header may carry besides the loopback ones; {@code *} for any
 * @param allowedOrigins origins that a browser may call from besides loopback ones; {@code *} for any
 * @param maxWaitingBytes an event stream whose client leaves more than this unread is cut off
 * @param bodyTimeout how long a client may take to send the body of one request
 */
public record HttpLimits(
        long maxRequestBytes,
        Set<String> allowedHosts,
        Set<String> allowedOrigins,
        long maxWaitingBytes,
        Duration bodyTimeout) {}
