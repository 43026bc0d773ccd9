package io.forgemcp.auth.client;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a server says with 401 or 403 in {@code WWW-Authenticate} (RFC 6750, section 3; RFC 9728, section 5.1).
 *
 * @param scope what is needed, separated by spaces; null if not said
 * @param resourceMetadata where the server describes itself; null if not said
 */
record Challenge(
        int status,
        @Nullable String scope,
        @Nullable String resourceMetadata,
        @Nullable String error) {
    private static final int MAX_HEADER = 8192;

    /** {@code name=token} or {@code name="quoted"}; the quantifiers are possessive, so hostile text costs linear time. */
    private static final Pattern PARAMETER =
            Pattern.compile("([A-Za-z_]++)\\s*+=\\s*+(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s,\"]++))");

    static Challenge of(int status, @Nullable String header) {
        String scope = null;
        String metadata = null;
        String error = null;
        if (header != null && header.length() <= MAX_HEADER) {
            int bearer = header.toLowerCase(Locale.ROOT).indexOf("bearer");
            Matcher parameters = PARAMETER.matcher(header);
            for (int from = bearer; from >= 0 && parameters.find(from); from = parameters.end()) {
                String value = parameters.group(2) == null
                        ? parameters.group(3)
                        : parameters.group(2).replaceAll("\\\\(.)", "$1");
                switch (parameters.group(1).toLowerCase(Locale.ROOT)) {
                    case "scope" -> scope = scope == null ? value : scope;
                    case "resource_metadata" -> metadata = metadata == null ? value : metadata;
                    case "error" -> error = error == null ? value : error;
                    default -> {}
                }
            }
        }
        return new Challenge(status, scope, metadata, error);
    }

    /** What a server says that says nothing. */
    static final Challenge NONE = new Challenge(401, null, null, null);

    Set<String> scopes() {
        Set<String> scopes = new LinkedHashSet<>(Arrays.asList(scope == null ? new String[0] : scope.split("\\s+")));
        scopes.remove("");
        return scopes;
    }

    /** Whether a token was taken but does not reach far enough. */
    boolean wantsMoreScope() {
        return status == 403 && "insufficient_scope".equals(error);
    }
}
