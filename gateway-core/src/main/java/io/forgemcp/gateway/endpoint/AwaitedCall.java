package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.TaskExtension;
import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.ReverseAnswer;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.virtualserver.Route;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call whose client did not ask for a task, of a tool of a server without sessions that may make one. A tool that runs as
 * a task only is called again as one, and whatever becomes a task is waited for. The client sees a call that takes its
 * time. Thread-safe; never blocks.
 */
final class AwaitedCall extends RelayingListener implements Call {
    private static final String CAPABILITY_MISSING = "-32021";

    private final CallPath path;
    private final ClientProfile profile;
    private final Route route;
    private final Function<String, NewerTask> bridge;
    private final UpstreamRequest request;
    /** Counts what was begun, because the answer to one may come before it could be noted. */
    private int step;

    private @Nullable Call current;
    private @Nullable NewerTask task;
    private boolean again;
    private boolean over;

    /** @param bridge makes something to wait with of the server's id of a task */
    AwaitedCall(
            CallPath path,
            ClientProfile profile,
            Route route,
            UpstreamRequest request,
            CallListener listener,
            Function<String, NewerTask> bridge) {
        super(listener);
        this.path = path;
        this.profile = profile;
        this.route = route;
        this.request = request;
        this.bridge = bridge;
    }

    AwaitedCall begin() {
        send(request);
        return this;
    }

    private void send(UpstreamRequest asked) {
        int mine = step();
        went(mine, path.send(profile, route, asked, this));
    }

    private synchronized int step() {
        return ++step;
    }

    /** What is under way now; ended at once if the caller has given up meanwhile. */
    private void went(int mine, Call sent) {
        boolean late;
        synchronized (this) {
            if (mine == step) {
                current = sent;
            }
            late = over;
        }
        if (late) {
            sent.cancel("the caller gave up");
        }
    }

    @Override
    public void onAnswer(Message answer) {
        JsonSlice result = answer.get(Field.RESULT);
        String original = result == null || !result.isObject() ? null : TaskMethods.newerTask(result);
        if (original != null) {
            await(original);
        } else if (!again && isTaskOnly(answer)) {
            again = true;
            askAgain();
        } else if (end()) {
            listener().onAnswer(answer);
        }
    }

    private static boolean isTaskOnly(Message answer) {
        JsonSlice error = CAPABILITY_MISSING.equals(answer.errorCode()) ? answer.get(Field.ERROR) : null;
        JsonSlice data = error == null ? null : error.member("data");
        JsonSlice required = data == null ? null : data.member("requiredCapabilities");
        return required != null && TaskExtension.isIn(required);
    }

    /** As a call that is to run as a task; the wire says so in the server's words. */
    private void askAgain() {
        JsonSlice params = request.message().get(Field.PARAMS);
        if (params == null) {
            throw new IllegalStateException("a tool was called without parameters");
        }
        Message asked = Message.parse(request.message()
                .with(
                        Field.PARAMS,
                        params.withMember("task", new byte[] {'{', '}'}).toBytes()));
        send(new UpstreamRequest(asked, request.name(), request.timeout(), request.parameters()));
    }

    private void await(String original) {
        NewerTask begun = bridge.apply(original);
        path.hold(profile, route).whenComplete((lease, failure) -> {
            if (lease == null) {
                onFailure(GatewayException.of(
                        failure == null ? new IllegalStateException("neither lease nor failure") : failure));
            } else {
                await(begun, lease);
            }
        });
    }

    private void await(NewerTask begun, Lease lease) {
        boolean late;
        synchronized (this) {
            late = over;
            task = begun;
        }
        if (late) {
            begun.abandon();
            lease.close();
        } else {
            int mine = step();
            went(mine, begun.result(new Waiting(lease)));
        }
    }

    @Override
    public void onFailure(GatewayException failure) {
        if (end()) {
            listener().onFailure(failure);
        }
    }

    private synchronized boolean end() {
        boolean first = !over;
        over = true;
        return first;
    }

    @Override
    public void cancel(@Nullable String reason) {
        Call under;
        NewerTask running;
        synchronized (this) {
            under = current;
            running = task;
        }
        if (!end()) {
            return;
        }
        if (running != null) {
            running.abandon();
        }
        if (under != null) {
            under.cancel(reason);
        }
        listener().onFailure(new GatewayException(ErrorCode.CANCELLED, "The call was cancelled: " + reason));
    }

    /** Hears how the task ends. */
    private final class Waiting implements CallListener {
        private final Lease lease;

        private Waiting(Lease lease) {
            this.lease = lease;
        }

        @Override
        public void onRequest(Message question, ReverseAnswer answer) {
            listener().onRequest(question, answer);
        }

        @Override
        public void onAnswer(Message answer) {
            lease.close();
            if (end()) {
                listener().onAnswer(answer);
            }
        }

        @Override
        public void onFailure(GatewayException failure) {
            lease.close();
            AwaitedCall.this.onFailure(failure);
        }
    }
}
