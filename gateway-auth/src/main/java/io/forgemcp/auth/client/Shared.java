package io.forgemcp.auth.client;

import java.net.http.HttpClient;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the grants of all services use together.
 *
 * @param http makes the client towards authorization servers when the first one is asked: it costs a thread
 * @param clock for what others count with too
 * @param ticks nanoseconds that only ever go forward, for pauses and patience
 * @param worker for what blocks
 */
record Shared(
        GrantBook book,
        Home home,
        Supplier<HttpClient> http,
        InstantSource clock,
        LongSupplier ticks,
        Executor worker) {}
