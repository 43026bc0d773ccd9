package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.virtualserver.ExposedList;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Answers the four lists from what is known, without waking a server; long ones in pages. Servers of which nothing is known
 * yet and that are being asked are waited for a moment, so that a first list is not empty. Thread-safe.
 */
final class Lists {
    private final RouteFinder routes;
    private final int pageSize;
    private final Cursors cursors = new Cursors();

    /** @param pageSize most entries of one answer */
    Lists(RouteFinder routes, int pageSize) {
        this.routes = routes;
        this.pageSize = pageSize;
    }

    void list(ClientSession session, Message request, Function<ServerView, ExposedList> which, Reply reply) {
        ServerView view = routes.view(session);
        CompletableFuture<?> learning = routes.learnWhatIsMissing(view);
        if (learning == null) {
            answer(session, request, view, which, reply);
            return;
        }
        learning.whenComplete((learnt, failure) -> {
            try {
                answer(session, request, routes.view(session), which, reply);
            } catch (GatewayException refused) {
                reply.answer(Messages.error(request.requireId(), refused));
            }
        });
    }

    private void answer(
            ClientSession session,
            Message request,
            ServerView view,
            Function<ServerView, ExposedList> which,
            Reply reply) {
        session.told(view);
        ExposedList list = which.apply(view);
        Predicate<ExposedList.Entry> visible = entry -> routes.isVisible(session.caller(), entry.route());
        RequestId id = request.requireId();
        if (request.has(Field.CURSOR) || list.entries().size() > pageSize) {
            reply.answer(Messages.result(id, page(view, list, request, visible)));
        } else if (list.isWhole(visible, routes.isUniform())) {
            reply.answer(list.ready(), id);
        } else {
            reply.answer(Messages.result(id, list.result(visible)));
        }
    }

    private byte[] page(ServerView view, ExposedList list, Message request, Predicate<ExposedList.Entry> visible) {
        String name = request.method();
        int offset = request.has(Field.CURSOR) ? cursors.offset(view, name, request.text(Field.CURSOR)) : 0;
        return list.page(visible, offset, pageSize, next -> cursors.next(view, name, next));
    }
}
