package io.forgemcp.auth.client;

/** What became of tokens that the gateway does not want any more; it has forgotten them in every case. */
public enum GivenUp {
    /** There were none. */
    NOTHING,
    /** The authorization server takes none back: they hold there until they end. */
    HERE,
    /** The authorization server has taken them back. */
    EVERYWHERE,
    /** The authorization server could not be told, or refused: they hold there until they end. */
    NOT_TOLD
}
