package io.forgemcp.gateway.lifecycle;

import java.time.Duration;
import java.time.Instant;

/**
 * One change of a service's state, as it is remembered.
 *
 * @param at on the wall clock
 * @param after how long the service had been in the state that it left
 * @param reason for people
 */
public record StateTransition(Instant at, ServiceState from, ServiceState to, Duration after, String reason) {}
