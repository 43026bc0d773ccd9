package io.forgemcp.auth.client;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a server says with 401 or 403 in {@code WWW-Authenticate} (RFC 6750, section 3; RFC 9728, section 5.1).
 *
 * @param bearer whether a bearer token is wanted, which is also taken for granted where nothing is said
 * @param scope what is needed, separated by spaces; null if not said
 * @param resourceMetadata where the server describes itself; null if not said
 */
record Challenge(
        int status,
        boolean bearer,
        @Nullable String scope,
        @Nullable String resourceMetadata,
        @Nullable String error) {
    private static final int MAX_HEADER = 8192;

    private static final String TOKEN = "[\\w!#$%&'*+.^`|~-]++";

    /** {@code name=token} or {@code name="quoted"}; the quantifiers are possessive, so hostile text costs linear time. */
    private static final Pattern PARAMETER =
            Pattern.compile("(" + TOKEN + ")\\s*+=\\s*+(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s,\"]++))");

    /** The name of a scheme, perhaps with a single thing after it as {@code Negotiate} has. */
    private static final Pattern SCHEME = Pattern.compile("(" + TOKEN + ")(?:\\s++[\\w.~+/-]++=*+(?=\\s*+(?:,|$)))?+");

    private static final Pattern BETWEEN = Pattern.compile("[\\s,;]*+");

    /** Reads the parameters of the bearer scheme; what is no list of challenges is not read on. */
    static Challenge of(int status, @Nullable String header) {
        if (header == null || header.length() > MAX_HEADER) {
            return new Challenge(status, true, null, null, null);
        }
        Map<String, String> said = new HashMap<>();
        boolean bearer = false;
        boolean within = false;
        Matcher text = BETWEEN.matcher(header);
        while (text.lookingAt() && text.end() < header.length()) {
            text.region(text.end(), header.length());
            if (text.usePattern(PARAMETER).lookingAt()) {
                if (within) {
                    said.putIfAbsent(text.group(1).toLowerCase(Locale.ROOT), value(text));
                }
            } else if (text.usePattern(SCHEME).lookingAt()) {
                within = text.group(1).equalsIgnoreCase("bearer");
                bearer |= within;
            } else {
                break;
            }
            text.region(text.end(), header.length()).usePattern(BETWEEN);
        }
        return new Challenge(status, bearer, said.get("scope"), said.get("resource_metadata"), said.get("error"));
    }

    private static String value(Matcher parameter) {
        return parameter.group(2) == null
                ? parameter.group(3)
                : parameter.group(2).replaceAll("\\\\(.)", "$1");
    }

    /** What a server says that says nothing. */
    static final Challenge NONE = new Challenge(401, true, null, null, null);

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
