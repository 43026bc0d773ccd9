package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.virtualserver.ExposedList;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.util.function.Function;
import java.util.function.Predicate;

/** Answers the four lists from what is known, without waking a server; long ones in pages. Thread-safe. */
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
        ServerView view = routes.view(session.caller(), session.virtualServer());
        session.told(view);
        routes.learnWhatIsMissing(view);
        ExposedList list = which.apply(view);
        Predicate<ExposedList.Entry> visible = entry -> routes.isVisible(session.caller(), entry.route());
        byte[] result = request.has(Field.CURSOR) || list.entries().size() > pageSize
                ? page(view, list, request, visible)
                : list.result(visible);
        reply.answer(Messages.result(request.requireId(), result));
    }

    private byte[] page(ServerView view, ExposedList list, Message request, Predicate<ExposedList.Entry> visible) {
        String name = request.method();
        int offset = request.has(Field.CURSOR) ? cursors.offset(view, name, request.text(Field.CURSOR)) : 0;
        return list.page(visible, offset, pageSize, next -> cursors.next(view, name, next));
    }
}
