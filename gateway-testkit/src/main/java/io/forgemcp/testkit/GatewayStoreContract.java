package io.forgemcp.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.store.GatewayStore;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link GatewayStore} does. Extend it and give an empty store. */
public abstract class GatewayStoreContract {
    private GatewayStore store;

    /** An empty store; closed after the test. */
    protected abstract GatewayStore newStore();

    @BeforeEach
    void open() {
        store = newStore();
    }

    @AfterEach
    void close() {
        store.close();
        store.close();
    }

    private static JsonSlice json(String text) {
        return JsonSlice.parse(text);
    }

    @Test
    void aDocumentComesBackAsItWasPut() {
        String document = "{\"big\":12345678901234567890.10,\"text\":\"é\\u0000\\n\",\"list\":[null,true]}";

        store.put("catalog", "key with / and \"quotes\" and é", json(document));

        assertThat(store.get("catalog", "key with / and \"quotes\" and é")).contains(json(document));
    }

    @Test
    void puttingAgainReplaces() {
        store.put("catalog", "a", json("1"));
        store.put("catalog", "a", json("{\"b\":2}"));

        assertThat(store.get("catalog", "a")).contains(json("{\"b\":2}"));
        assertThat(store.list("catalog")).hasSize(1);
    }

    @Test
    void whatWasNeverPutIsNotThere() {
        assertThat(store.get("catalog", "a")).isEmpty();
        assertThat(store.list("catalog")).isEmpty();
        assertThat(store.delete("catalog", "a")).isFalse();
    }

    @Test
    void whatIsDeletedIsGone() {
        store.put("catalog", "a", json("1"));

        assertThat(store.delete("catalog", "a")).isTrue();
        assertThat(store.delete("catalog", "a")).isFalse();
        assertThat(store.get("catalog", "a")).isEmpty();
    }

    @Test
    void namespacesDoNotMix() {
        store.put("one", "a", json("1"));
        store.put("two", "a", json("2"));
        store.delete("one", "a");

        assertThat(store.get("two", "a")).contains(json("2"));
    }

    @Test
    void aListIsSortedAndACopy() {
        store.put("catalog", "b", json("2"));
        store.put("catalog", "a", json("1"));
        SortedMap<String, JsonSlice> list = store.list("catalog");
        store.put("catalog", "c", json("3"));

        assertThat(list.keySet()).containsExactly("a", "b");
    }

    @Test
    void badNamespacesAndKeysAreRefused() {
        for (String namespace : List.of("", "Upper", "../up", "a b", "1a", "a".repeat(65))) {
            assertThatThrownBy(() -> store.put(namespace, "a", json("1"))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.list(namespace)).isInstanceOf(IllegalArgumentException.class);
        }
        for (String key : List.of("", "k".repeat(513))) {
            assertThatThrownBy(() -> store.put("catalog", key, json("1"))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.get("catalog", key)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.delete("catalog", key)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void writersDoNotLoseOneAnothersDocuments() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> work = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                String prefix = "w" + writer + "-";
                work.add(threads.submit(() -> {
                    for (int i = 0; i < 20; i++) {
                        store.put("catalog", prefix + i, json(Integer.toString(i)));
                    }
                }));
            }
            for (Future<?> each : work) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(store.list("catalog")).hasSize(80);
    }
}
