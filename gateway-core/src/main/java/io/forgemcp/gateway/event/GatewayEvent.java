package io.forgemcp.gateway.event;

import java.time.Instant;

/** Something that happened. Each feature declares its own as immutable records. */
public interface GatewayEvent {
    /** When, on the wall clock. */
    Instant at();

    /** A stable name for machines, for example {@code service.state}. */
    String type();
}
