package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.time.Timers;
import java.util.function.Consumer;

/**
 * What all sessions of a gateway have in common.
 *
 * @param eras which generation each server turned out to speak
 * @param modernWire how requests are put to servers without sessions, before a client has asked for log messages
 * @param ended told of every session that has ended
 */
record SessionContext(
        UpstreamSettings settings,
        Timers timers,
        CallTable table,
        UpstreamListener listener,
        EraMemory eras,
        ModernWire modernWire,
        Consumer<Session> ended) {}
