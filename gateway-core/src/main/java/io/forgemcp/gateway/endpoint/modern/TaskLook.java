package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.CallPath;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import java.time.Duration;
import java.util.Set;

/** Asks for the states of tasks in the name of clients that listen. Thread-safe; never blocks. */
final class TaskLook {
    private static final String ID = "taskId";
    private static final JsonSlice NOTHING = JsonSlice.parse("{}");
    private static final RequestId ANY = RequestId.of(1);
    private static final Set<String> PROGRESS = Set.of("progressToken");
    private static final Set<String> BESIDE_STATE = Set.of("resultType", "_meta");

    private final TaskCalls tasks;
    private final CallPath path;
    private final ModernClients clients;
    private final TaskTable table;
    private final Duration timeout;

    TaskLook(TaskCalls tasks, CallPath path, ModernClients clients, TaskTable table, Duration timeout) {
        this.tasks = tasks;
        this.path = path;
        this.clients = clients;
        this.table = table;
        this.timeout = timeout;
    }

    /** Hears how a task stands. */
    interface Seen {
        /** @param state as {@code tasks/get} tells it, under the client's id */
        void state(JsonSlice state);

        /** Its server does not know it. */
        void gone();

        /** It could not be asked. */
        void failed();
    }

    /** @param listening the request by which the client listens */
    void at(TaskTable.Task task, ModernRequest listening, Seen seen) {
        OlderTask older = task.older();
        if (older == null) {
            ask(task, listening, seen);
            return;
        }
        older.get(new OlderTask.Told() {
            @Override
            public void state(JsonSlice state) {
                seen(task, listening, state, seen);
            }

            @Override
            public void failed(Message error) {
                refused(task, error, seen);
            }
        });
    }

    /** In the client's own words, because a server without sessions knows nothing else of it. */
    private void ask(TaskTable.Task task, ModernRequest listening, Seen seen) {
        JsonSlice meta = listening.message().get(Field.META);
        byte[] own = (meta == null ? NOTHING : meta.without(PROGRESS)).toBytes();
        byte[] params = NOTHING.withMember(ID, JsonText.quote(task.original()))
                .withMember("_meta", own)
                .toBytes();
        ModernClients.Client client = clients.of(listening.caller());
        ClientProfile profile = client.profile(listening.meta().capabilities());
        tasks.hold(task, client, profile);
        Message get = Messages.request(ANY, "tasks/get", params);
        path.sendUncounted(profile, task.route(), new UpstreamRequest(get, null, timeout), new CallListener() {
            @Override
            public void onAnswer(Message answer) {
                JsonSlice state = answer.get(Field.RESULT);
                if (state != null && state.isObject()) {
                    seen(task, listening, state, seen);
                } else {
                    refused(task, answer, seen);
                }
            }

            @Override
            public void onFailure(GatewayException failure) {
                seen.failed();
            }
        });
    }

    private void seen(TaskTable.Task task, ModernRequest listening, JsonSlice state, Seen seen) {
        table.note(task, state);
        seen.state(tasks.readable(listening, task.route(), state)
                .without(BESIDE_STATE)
                .withMember(ID, JsonText.quote(task.id()))
                .detached());
    }

    private void refused(TaskTable.Task task, Message error, Seen seen) {
        if (TaskCalls.NO_SUCH_TASK.equals(error.errorCode())) {
            table.forget(task);
            seen.gone();
        } else {
            seen.failed();
        }
    }
}
