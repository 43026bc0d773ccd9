package io.forgemcp.server.http;

import io.forgemcp.gateway.security.Caller;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a REST handler gets.
 *
 * @param variable the first path variable, decoded; empty if the path has none
 * @param query finds the first query parameter with a name, decoded
 * @param parameters gives the names of all query parameters
 * @param headers finds the first header with a name, without regard to case
 */
public record RestRequest(
        String variable,
        Function<String, @Nullable String> query,
        Supplier<Set<String>> parameters,
        Function<String, @Nullable String> headers,
        byte[] body,
        Caller caller) {
    /** A flag in the query: present and not {@code false}. */
    public boolean flag(String name) {
        String value = query.apply(name);
        return value != null && !value.equalsIgnoreCase("false");
    }
}
