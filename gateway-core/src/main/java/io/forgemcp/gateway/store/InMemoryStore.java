package io.forgemcp.gateway.store;

import io.forgemcp.gateway.protocol.JsonSlice;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Forgets everything when the process ends. */
public final class InMemoryStore implements GatewayStore {
    private final Map<String, SortedMap<String, JsonSlice>> namespaces = new ConcurrentHashMap<>();

    @Override
    public Optional<JsonSlice> get(String namespace, String key) {
        Address.check(namespace, key);
        return Optional.ofNullable(
                namespaces.getOrDefault(namespace, new TreeMap<>()).get(key));
    }

    @Override
    public void put(String namespace, String key, JsonSlice document) {
        Address.check(namespace, key);
        JsonSlice own = document.detached();
        // Maps in here are never changed, only replaced: a reader's map stays as it is.
        namespaces.compute(namespace, (name, old) -> {
            SortedMap<String, JsonSlice> copy = old == null ? new TreeMap<>() : new TreeMap<>(old);
            copy.put(key, own);
            return copy;
        });
    }

    @Override
    public boolean delete(String namespace, String key) {
        Address.check(namespace, key);
        boolean[] found = new boolean[1];
        namespaces.computeIfPresent(namespace, (name, old) -> {
            SortedMap<String, JsonSlice> copy = new TreeMap<>(old);
            found[0] = copy.remove(key) != null;
            return copy;
        });
        return found[0];
    }

    @Override
    public SortedMap<String, JsonSlice> list(String namespace) {
        Address.checkNamespace(namespace);
        return new TreeMap<>(namespaces.getOrDefault(namespace, new TreeMap<>()));
    }
}
