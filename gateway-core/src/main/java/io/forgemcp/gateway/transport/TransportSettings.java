package io.forgemcp.gateway.transport;

import java.time.Duration;

/**
 * Limits that keep one server from taking the gateway's memory, and how a broken stream is reopened.
 *
 * @param maxMessageBytes the largest message taken from a server, in bytes; also of one event of a stream
 * @param maxQueuedBytes how much may wait to be written to a stdio server that does not read, in bytes
 * @param reconnectDelay the first wait before a broken standing stream is opened again; doubles up to the maximum
 * @param maxReconnectDelay the longest wait before a broken standing stream is opened again
 */
public record TransportSettings(
        int maxMessageBytes, int maxQueuedBytes, Duration reconnectDelay, Duration maxReconnectDelay) {
    /**
     * 64 MiB a message, or a quarter of the largest heap if that is less; 16 MiB waiting, 1 to 60 seconds between attempts.
     */
    public static final TransportSettings DEFAULT = new TransportSettings(
            largestMessage(Runtime.getRuntime().maxMemory()), 16 << 20, Duration.ofSeconds(1), Duration.ofSeconds(60));

    /** While it is read a message takes twice its size and more, and a process whose heap is full ends. */
    static int largestMessage(long heap) {
        return (int) Math.min(64 << 20, Math.max(heap / 4, 1 << 20));
    }

    public TransportSettings {
        if (maxMessageBytes < 1024 || maxQueuedBytes < 1024) {
            throw new IllegalArgumentException(
                    "Messages and queues need at least 1024 bytes, not " + maxMessageBytes + " and " + maxQueuedBytes);
        }
        if (reconnectDelay.isNegative() || reconnectDelay.isZero() || maxReconnectDelay.compareTo(reconnectDelay) < 0) {
            throw new IllegalArgumentException(
                    "Reconnecting needs 0 < delay <= maximum, not " + reconnectDelay + " and " + maxReconnectDelay);
        }
    }
}
