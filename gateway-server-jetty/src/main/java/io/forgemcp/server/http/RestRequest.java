package io.forgemcp.server.http;

import io.forgemcp.gateway.security.Caller;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a REST handler gets.
 *
 * @param variable the first path variable, decoded; empty if the path has none
 * @param inputs what the request says of what its route declares
 * @param headers finds the first header with a name, without regard to case
 */
public record RestRequest(
        String variable, Inputs inputs, Function<String, @Nullable String> headers, byte[] body, Caller caller) {}
