package io.forgemcp.server.http;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which Host and Origin headers are let in. A web page that makes its own name resolve to this machine still sends its
 * own name in both, so a list of names keeps it out (MCP 2025-11-25, Transports, Security Warning). Loopback names are
 * always on the list, with any port.
 */
final class HostAndOrigin {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> hosts;
    private final Set<String> origins;
    private final boolean anyHost;
    private final boolean anyOrigin;

    HostAndOrigin(Set<String> hosts, Set<String> origins) {
        this.hosts = hosts.stream().map(HostAndOrigin::lower).collect(java.util.stream.Collectors.toUnmodifiableSet());
        this.origins =
                origins.stream().map(HostAndOrigin::lower).collect(java.util.stream.Collectors.toUnmodifiableSet());
        this.anyHost = hosts.contains("*");
        this.anyOrigin = origins.contains("*");
    }

    /** The reason to refuse, or null. */
    @Nullable
    GatewayException refusal(@Nullable String host, @Nullable String origin) {
        if (!isHostAllowed(host)) {
            return new GatewayException(
                    ErrorCode.FORBIDDEN_HOST,
                    "Host " + shown(host) + " is not let in. Use localhost, or add the name to the allowed hosts.");
        }
        if (origin != null && !isOriginAllowed(origin)) {
            return new GatewayException(
                    ErrorCode.FORBIDDEN_ORIGIN,
                    "Origin " + shown(origin) + " is not let in. Add it to the allowed origins if it should be.");
        }
        return null;
    }

    private boolean isHostAllowed(@Nullable String host) {
        if (anyHost) {
            return true;
        }
        if (host == null) {
            return false;
        }
        String name = lower(withoutPort(host));
        return LOOPBACK.contains(name) || hosts.contains(name);
    }

    boolean isOriginAllowed(String origin) {
        if (anyOrigin || origins.contains(lower(origin))) {
            return true;
        }
        try {
            URI uri = URI.create(origin);
            String host = uri.getHost();
            return host != null
                    && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && LOOPBACK.contains(lower(host));
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    /** The name in front of a port, if what follows the last colon is one; anything odd is left as it is and not found. */
    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        if (colon < 0 || host.endsWith("]")) {
            return host;
        }
        for (int i = colon + 1; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c < '0' || c > '9') {
                return host;
            }
        }
        return host.substring(0, colon);
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    private static String shown(@Nullable String value) {
        if (value == null) {
            return "(none)";
        }
        String visible = value.replaceAll("[^\\x21-\\x7e]", "?");
        return '"' + (visible.length() > 100 ? visible.substring(0, 100) + "..." : visible) + '"';
    }
}
