package io.forgemcp.auth.client;

import io.forgemcp.auth.client.Documents.Document;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From a server's challenge to the authorization server that guards it (RFC 9728, RFC 8414, OpenID Connect Discovery).
 * Blocks on the network. Thread-safe.
 */
final class Discovery {
    private final Documents documents;

    Discovery(Documents documents) {
        this.documents = documents;
    }

    /**
     * @param resource the canonical URI that tokens are asked for
     * @param scopes that the resource knows; empty if not said
     */
    record Found(String resource, List<String> scopes, AuthorizationServer server) {}

    /**
     * @param resourceMetadata where the server says that it describes itself; null if it does not say
     * @param preferred the issuer to take if the server names several; null for the first
     */
    Found find(URI server, @Nullable String resourceMetadata, @Nullable String preferred) {
        Map<String, Object> described = describe(server, resourceMetadata);
        if (described == null) {
            return older(server);
        }
        if (!(described.get("resource") instanceof String resource)
                || !covers(AuthorizationServer.uri(resource), server)) {
            throw Refused.because("the protected resource metadata is about another server than "
                    + server.getAuthority() + server.getPath() + ".");
        }
        List<String> issuers = AuthorizationServer.texts(described.get("authorization_servers"));
        if (issuers.isEmpty()) {
            throw Refused.because("the protected resource metadata names no authorization server.");
        }
        return new Found(
                resource,
                AuthorizationServer.texts(described.get("scopes_supported")),
                authorizationServer(preferred != null && issuers.contains(preferred) ? preferred : issuers.get(0)));
    }

    /** A server that is its own authorization server, as all were before they could name one (MCP 2025-03-26). */
    private Found older(URI server) {
        Map<String, Object> found = first(List.of(server.resolve("/.well-known/oauth-authorization-server")));
        if (found == null) {
            throw Refused.because(server.getAuthority()
                    + " wants a token but says nowhere who gives it (RFC 9728, RFC 8414), so there is no OAuth. If it wants a"
                    + " key, configure it in headers.");
        }
        String path = server.getRawPath() == null ? "" : server.getRawPath();
        String issuer = server.getScheme() + "://" + server.getRawAuthority();
        return new Found(issuer + path, List.of(), AuthorizationServer.of(issuer, found));
    }

    /** @return null if the server describes itself nowhere; what it names itself has to be there */
    private @Nullable Map<String, Object> describe(URI server, @Nullable String named) {
        if (named != null) {
            Map<String, Object> found = first(List.of(AuthorizationServer.uri(named)));
            if (found == null) {
                throw Refused.because("the protected resource metadata that the server names is not there.");
            }
            return found;
        }
        List<URI> places = new ArrayList<>();
        String path = server.getRawPath() == null ? "" : server.getRawPath();
        if (path.length() > 1) {
            places.add(server.resolve("/.well-known/oauth-protected-resource" + path));
        }
        places.add(server.resolve("/.well-known/oauth-protected-resource"));
        return first(places);
    }

    private AuthorizationServer authorizationServer(String issuer) {
        URI base = Documents.allowed(AuthorizationServer.uri(issuer));
        String path = base.getRawPath() == null ? "" : base.getRawPath().replaceAll("/$", "");
        List<URI> places = new ArrayList<>();
        places.add(base.resolve("/.well-known/oauth-authorization-server" + path));
        places.add(base.resolve("/.well-known/openid-configuration" + path));
        if (!path.isEmpty()) {
            places.add(base.resolve(path + "/.well-known/openid-configuration"));
        }
        Map<String, Object> found = first(places);
        if (found == null) {
            throw Refused.because("the authorization server \"" + issuer + "\" has no metadata (RFC 8414).");
        }
        return AuthorizationServer.of(issuer, found);
    }

    private @Nullable Map<String, Object> first(List<URI> places) {
        for (URI place : places) {
            Document document = documents.get(place);
            if (document.status() == 200 && document.json() != null) {
                return document.json();
            }
        }
        return null;
    }

    /**
     * Whether a URL belongs to the resource: the same origin, and the same path or one below it. A resource that has a query
     * is only what has the same one; one without has all.
     */
    static boolean covers(URI resource, URI url) {
        if (resource.getRawFragment() != null
                || resource.getRawUserInfo() != null
                || (resource.getRawQuery() != null && !resource.getRawQuery().equals(url.getRawQuery()))) {
            return false;
        }
        if (resource.getHost() == null
                || !resource.getHost().equalsIgnoreCase(url.getHost())
                || !String.valueOf(resource.getScheme()).equalsIgnoreCase(url.getScheme())
                || port(resource) != port(url)) {
            return false;
        }
        String whole = resource.normalize().getPath().replaceAll("/$", "");
        String path = url.normalize().getPath();
        return path.equals(whole) || path.startsWith(whole + "/");
    }

    private static int port(URI url) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
    }
}
