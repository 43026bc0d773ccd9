package io.forgemcp.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.endpoint.modern.TaskMemory.Kept;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.store.InMemoryStore;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StoredTasksTest {
    private static final Instant BEGUN = Instant.parse("2026-07-28T10:00:00.123456789Z");

    private final GatewayStore store = new InMemoryStore();
    private final Queue<Runnable> work = new ArrayDeque<>();
    private final StoredTasks tasks = new StoredTasks(store, work::add);

    private static Kept task(String id, Instant ends) {
        return new Kept(id, "owner", ServiceName.of("s"), "t", "server's own", BEGUN, ends);
    }

    @Test
    void aTaskIsDurableOnlyOnceItIsInTheStore() {
        CompletableFuture<Void> durable = tasks.remember(task("a", null)).toCompletableFuture();
        assertThat(durable).isNotDone();

        work.remove().run();

        assertThat(durable).isCompleted();
        assertThat(store.get("tasks", "a")).isPresent();
    }

    @Test
    void whatIsRecalledIsWhatWasRememberedWithAndWithoutAnEnd() {
        tasks.remember(task("a", null));
        tasks.remember(task("b", BEGUN.plusSeconds(60)));
        work.forEach(Runnable::run);

        assertThat(tasks.recall()).containsExactly(task("a", null), task("b", BEGUN.plusSeconds(60)));
    }

    @Test
    void aDamagedDocumentCostsItselfOnly() {
        store.put("tasks", "0", JsonSlice.parse("{\"id\":\"0\",\"service\":\"s\",\"begun\":\"yesterday\"}"));
        tasks.remember(task("a", null));
        work.remove().run();

        assertThat(tasks.recall()).containsExactly(task("a", null));
    }

    @Test
    void aStoreThatThrowsAnythingNeitherKeepsTheClientWaitingNorTheGatewayFromStarting() {
        StoredTasks broken = new StoredTasks(new Broken(), Runnable::run);

        assertThat(broken.remember(task("a", null)).toCompletableFuture()).isCompleted();
        broken.forget("a");
        assertThat(broken.recall()).isEmpty();
    }

    /** Fails as a database's driver might. */
    private static final class Broken implements GatewayStore {
        @Override
        public Optional<JsonSlice> get(String namespace, String key) {
            throw new IllegalStateException("no connection");
        }

        @Override
        public void put(String namespace, String key, JsonSlice document) {
            throw new IllegalStateException("no connection");
        }

        @Override
        public boolean delete(String namespace, String key) {
            throw new IllegalStateException("no connection");
        }

        @Override
        public SortedMap<String, JsonSlice> list(String namespace) {
            throw new IllegalStateException("no connection");
        }
    }
}
