package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What all sessions of a gateway have in common.
 *
 * @param handshakeTime from opening the channel to the end of the handshake; asked for each handshake
 * @param eras which generation each server turned out to speak
 * @param modernWire how requests are put to servers without sessions, before a client has asked for log messages
 * @param ended told of every session that has ended
 */
record SessionContext(
        UpstreamSettings settings,
        Supplier<Duration> handshakeTime,
        Timers timers,
        CallTable table,
        UpstreamListener listener,
        EraMemory eras,
        ModernWire modernWire,
        Consumer<Session> ended) {}
