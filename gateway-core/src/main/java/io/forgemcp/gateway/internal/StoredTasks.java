package io.forgemcp.gateway.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.endpoint.modern.TaskMemory;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tasks of modern clients in the gateway's store, one document each. Thread-safe. */
public final class StoredTasks implements TaskMemory {
    private static final Logger LOG = LoggerFactory.getLogger(StoredTasks.class);
    private static final String NAMESPACE = "tasks";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final GatewayStore store;
    private final Executor worker;

    /** @param worker may block; runs one thing after the other, so that the last write wins */
    public StoredTasks(GatewayStore store, Executor worker) {
        this.store = store;
        this.worker = worker;
    }

    @Override
    public CompletionStage<Void> remember(Kept task) {
        return onWorker(() -> write(task), "event=task_not_stored service=" + task.service());
    }

    @Override
    public void forget(String id) {
        CompletionStage<Void> unused = onWorker(() -> delete(id), "event=task_not_deleted");
    }

    /** Completes in any case. @param undone what the log says if it is not done */
    private CompletionStage<Void> onWorker(Runnable work, String undone) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            worker.execute(() -> {
                try {
                    work.run();
                } finally {
                    done.complete(null);
                }
            });
        } catch (RejectedExecutionException closing) {
            LOG.warn("{} reason=\"the gateway closes\"", undone);
            done.complete(null);
        }
        return done;
    }

    private void write(Kept task) {
        Instant ends = task.ends();
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("id", task.id())
                .put("owner", task.owner())
                .put("service", task.service().value())
                .put("tool", task.tool())
                .put("original", task.original())
                .put("begun", task.begun().toString())
                .put("ends", ends == null ? null : ends.toString());
        try {
            store.put(NAMESPACE, task.id(), JsonSlice.parse(JSON.writeValueAsBytes(document)));
        } catch (IOException | RuntimeException failure) {
            // Whatever a store of somebody else's throws: an id that is not durable is never given out unsaid.
            LOG.warn(
                    "event=task_not_stored service={} reason=\"{}\" effect=\"its id is unknown after a restart\"",
                    task.service(),
                    failure.getMessage());
        }
    }

    private void delete(String id) {
        try {
            store.delete(NAMESPACE, id);
        } catch (RuntimeException failure) {
            LOG.warn("event=task_not_deleted reason=\"{}\"", failure.getMessage());
        }
    }

    @Override
    public List<Kept> recall() {
        List<Kept> tasks = new ArrayList<>();
        try {
            store.list(NAMESPACE).forEach((id, document) -> {
                // One that is damaged costs itself only.
                try {
                    tasks.add(read(document));
                } catch (IOException | RuntimeException damaged) {
                    LOG.warn("event=task_not_recalled reason=\"{}\"", damaged.getMessage());
                }
            });
        } catch (RuntimeException failure) {
            LOG.warn("event=tasks_not_recalled reason=\"{}\"", failure.getMessage());
        }
        return tasks;
    }

    private static Kept read(JsonSlice slice) throws IOException {
        JsonNode document = JSON.readTree(slice.toBytes());
        return new Kept(
                document.path("id").asText(),
                document.path("owner").asText(),
                ServiceName.of(document.path("service").asText()),
                document.path("tool").asText(),
                document.path("original").asText(),
                Instant.parse(document.path("begun").asText()),
                document.path("ends").isTextual()
                        ? Instant.parse(document.path("ends").asText())
                        : null);
    }
}
