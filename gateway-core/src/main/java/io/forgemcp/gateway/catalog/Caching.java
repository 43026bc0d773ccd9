package io.forgemcp.gateway.catalog;

/**
 * How long and for whom a server lets its lists be kept (MCP 2026-07-28, Caching): the shortest and narrowest of all of
 * them.
 *
 * @param ttlMillis not negative
 * @param isPublic whether what one client was told holds for every other
 */
public record Caching(long ttlMillis, boolean isPublic) {
    /** What holds for both. */
    public Caching and(Caching other) {
        return new Caching(Math.min(ttlMillis, other.ttlMillis), isPublic && other.isPublic);
    }
}
