package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.security.AdministratorRoles;
import io.forgemcp.gateway.security.Caller;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The Java program around the gateway as one more client: the same methods, the same path. Thread-safe. */
public final class LocalClient {
    /** The embedding program, which may do everything. */
    private static final Caller PROGRAM = new Caller("embedding-program", Set.of(AdministratorRoles.STANDARD));

    private final ClientSessions sessions;
    private final MethodTable methods;

    public LocalClient(ClientSessions sessions, MethodTable methods) {
        this.sessions = sessions;
        this.methods = methods;
    }

    /**
     * Sends a request.
     *
     * @param virtualServer null for everything
     * @param params a JSON object
     * @return the answer, a result or an error; cancelled if the call is
     */
    public CompletableFuture<Message> request(@Nullable String virtualServer, String method, byte[] params) {
        CompletableFuture<Message> answer = new CompletableFuture<>();
        ClientSession session = sessions.transientSession(PROGRAM, virtualServer);
        RequestId id = RequestId.of(1);
        methods.request(session, Messages.request(id, method, params), new Reply() {
            @Override
            public void notification(byte[] json) {}

            @Override
            public void answer(byte[] json) {
                answer.complete(Message.parse(json));
            }

            @Override
            public void nothing(RequestId id, GatewayException cancelled) {
                answer.cancel(false);
            }
        });
        answer.whenComplete((message, failure) -> {
            if (answer.isCancelled()) {
                session.cancel(id, "cancelled by the program");
            }
        });
        return answer;
    }
}
