package io.forgemcp.gateway.protocol;

import java.util.Optional;

/** The revisions of MCP that the gateway knows, oldest first. */
public enum ProtocolVersion {
    V2024_11_05("2024-11-05"),
    V2025_03_26("2025-03-26"),
    V2025_06_18("2025-06-18"),
    V2025_11_25("2025-11-25"),
    V2026_07_28("2026-07-28");

    /** The newest revision. */
    public static final ProtocolVersion LATEST = V2026_07_28;

    /** The newest revision that has sessions and the initialize handshake. */
    public static final ProtocolVersion LATEST_LEGACY = V2025_11_25;

    /** What a request without an MCP-Protocol-Version header speaks (MCP 2025-06-18, Transports). */
    public static final ProtocolVersion WITHOUT_HEADER = V2025_03_26;

    private static final ProtocolVersion[] KNOWN = values();

    private final String date;
    /** Kept ready, because every request asks. */
    private final Optional<ProtocolVersion> found = Optional.of(this);

    ProtocolVersion(String date) {
        this.date = date;
    }

    /** The date that names the revision on the wire. */
    public String date() {
        return date;
    }

    /** The generation that the revision belongs to. */
    public Era era() {
        return compareTo(LATEST_LEGACY) <= 0 ? Era.LEGACY : Era.MODERN;
    }

    /** The revision with sessions that has this date: what initialize can agree on. */
    public static Optional<ProtocolVersion> findLegacy(String date) {
        return find(date).filter(version -> version.era() == Era.LEGACY);
    }

    /** The revision with this date, if the gateway knows it. */
    public static Optional<ProtocolVersion> find(String date) {
        for (ProtocolVersion version : KNOWN) {
            if (version.date.equals(date)) {
                return version.found;
            }
        }
        return Optional.empty();
    }
}
