package io.forgemcp.gateway.store;

import io.forgemcp.gateway.protocol.JsonSlice;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Keeps small JSON documents by namespace and key: what must outlive a restart. A plugin interface; memory and files ship
 * with the core. Thread-safe. May block, so it is never called on the message path. What {@link #put} and {@link #delete}
 * have returned from is durable as far as the store is; a failure is a {@code GatewayException} and changed nothing.
 *
 * <p>A namespace is 1 to 64 lower-case letters, digits and hyphens, beginning with a letter; a key is any text up to 512
 * characters, not empty. Anything else is an {@code IllegalArgumentException}.
 */
public interface GatewayStore extends AutoCloseable {
    /** The document, if there is one. */
    Optional<JsonSlice> get(String namespace, String key);

    /** Keeps the document in place of any earlier one, wholly or not at all. */
    void put(String namespace, String key, JsonSlice document);

    /** Forgets the document. @return whether there was one */
    boolean delete(String namespace, String key);

    /** A copy of everything in the namespace at one moment, sorted by key; empty if it was never used. */
    SortedMap<String, JsonSlice> list(String namespace);

    /** Lets go of files and connections. Idempotent. */
    @Override
    default void close() {}
}
