package io.forgemcp.gateway.protocol;

import java.util.List;
import java.util.Optional;

/** The revisions of MCP that the gateway knows, oldest first. */
public enum ProtocolVersion {
    V2024_11_05("2024-11-05"),
    V2025_03_26("2025-03-26"),
    V2025_06_18("2025-06-18"),
    V2025_11_25("2025-11-25");

    /** The newest revision that has sessions and the initialize handshake. */
    public static final ProtocolVersion LATEST_LEGACY = V2025_11_25;

    /** What a request without an MCP-Protocol-Version header speaks (MCP 2025-06-18, Transports). */
    public static final ProtocolVersion WITHOUT_HEADER = V2025_03_26;

    private final String date;

    ProtocolVersion(String date) {
        this.date = date;
    }

    /** The date that names the revision on the wire. */
    public String date() {
        return date;
    }

    /** The revision with this date, if the gateway knows it. */
    public static Optional<ProtocolVersion> find(String date) {
        return List.of(values()).stream().filter(v -> v.date.equals(date)).findFirst();
    }
}
