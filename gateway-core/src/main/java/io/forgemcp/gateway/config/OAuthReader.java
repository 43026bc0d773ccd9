package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.schema.ServiceEntry;
import io.forgemcp.gateway.service.ClientKey;
import io.forgemcp.gateway.service.OAuthClient;
import java.net.URI;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the section {@code oauth} of a service and refuses what contradicts itself. */
final class OAuthReader {
    /** One scope of RFC 6749, section 3.3. */
    private static final Pattern SCOPE = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");

    private final BiConsumer<String, String> errors;

    /** @param errors gets the key below the service, with its dot, and what is wrong with it */
    OAuthReader(BiConsumer<String, String> errors) {
        this.errors = errors;
    }

    /** Who the gateway is to the authorization server of a service with a {@code url}. */
    OAuthClient read(ServiceEntry entry) {
        ServiceEntry.OAuth written = entry.oauth();
        if (!written.enabled()) {
            return OAuthClient.OFF;
        }
        if (!written.isEmpty() && entry.headers().keySet().stream().anyMatch("Authorization"::equalsIgnoreCase)) {
            errors.accept(
                    ".oauth",
                    "The header Authorization is sent as it is, so there is no OAuth. Remove the header or the key oauth.");
        }
        if (written.clientId() != null && written.clientMetadataUrl() != null) {
            errors.accept(
                    ".oauth.client_metadata_url",
                    "A client has one id: client_id, or the URL of its metadata document. Remove one of the two.");
        }
        if (written.clientSecret() != null && written.clientId() == null) {
            errors.accept(".oauth.client_secret", "The secret belongs to no client. Add the key client_id.");
            return OAuthClient.OFF;
        }
        if (written.clientPrivateKey() != null && (written.clientId() == null || written.clientSecret() != null)) {
            errors.accept(
                    ".oauth.client_private_key",
                    "The key belongs to a client without a secret. Add the key client_id, and remove client_secret.");
            return OAuthClient.OFF;
        }
        for (String scope : written.scopes()) {
            if (!SCOPE.matcher(scope).matches()) {
                errors.accept(
                        ".oauth.scopes",
                        "\"" + scope + "\" is not one scope. Write a list, for example scopes: [read, write].");
            }
        }
        if (written.grant() == OAuthClient.Grant.CLIENT_CREDENTIALS
                && written.clientSecret() == null
                && written.clientPrivateKey() == null) {
            errors.accept(
                    ".oauth.grant",
                    "client-credentials needs the client's own. Add the keys client_id and client_secret, or client_id and"
                            + " client_private_key.");
            return OAuthClient.OFF;
        }
        if (written.issuer() != null && !written.issuer().matches("https?://[^?#]+")) {
            errors.accept(
                    ".oauth.issuer",
                    "\"" + written.issuer() + "\" is not an issuer. Write for example https://auth.example.com.");
        }
        ClientKey key = null;
        if (written.clientPrivateKey() != null) {
            try {
                key = ClientKey.of(written.clientPrivateKey());
            } catch (IllegalArgumentException unusable) {
                errors.accept(".oauth.client_private_key", String.valueOf(unusable.getMessage()));
                return OAuthClient.OFF;
            }
        }
        return new OAuthClient(
                true,
                written.clientId(),
                written.clientSecret(),
                key,
                document(written.clientMetadataUrl()),
                written.scopes(),
                written.issuer(),
                written.grant());
    }

    /** What is written for a service that the gateway runs itself has no effect. */
    void refuse(ServiceEntry entry) {
        if (!entry.oauth().isEmpty()) {
            errors.accept(
                    ".oauth",
                    "Only a server behind a url is asked for OAuth; this one is run by the gateway. Remove the key.");
        }
    }

    private @Nullable URI document(@Nullable URI url) {
        if (url != null
                && (!"https".equalsIgnoreCase(url.getScheme())
                        || url.getHost() == null
                        || url.getUserInfo() != null
                        || url.getRawFragment() != null
                        || url.getRawPath() == null
                        || url.getRawPath().length() < 2)) {
            errors.accept(
                    ".oauth.client_metadata_url",
                    "A client metadata document has an HTTPS URL with a path. Write for example"
                            + " https://gateway.example.com/oauth-client.json.");
            return null;
        }
        return url;
    }
}
