package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.protocol.BrokenAnswer;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.protocol.RequestMeta;
import io.forgemcp.gateway.service.Isolation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server says on a session outside the response to any call, as over standard streams everything is: whose it is
 * as far as that can be told, and what becomes of the rest. Thread-safe.
 */
final class BesideCalls {
    private static final Logger LOG = LoggerFactory.getLogger(BesideCalls.class);
    private static final String LOG_MESSAGE = "notifications/message";
    private static final String ACKNOWLEDGED = "notifications/subscriptions/acknowledged";

    private static final String UPDATED = "notifications/resources/updated";
    private static final String META = "_meta";
    private static final String LIST_CHANGED = "/list_changed";

    private final Session session;
    private final SessionContext context;
    private final GatewayMetrics.Counter strays;
    private final TaskTokens taskTokens = new TaskTokens();

    /** @param strays counts answers to nothing that was asked */
    BesideCalls(Session session, SessionContext context, GatewayMetrics.Counter strays) {
        this.session = session;
        this.context = context;
        this.strays = strays;
    }

    /** The progress token of a call lives on when the call has become a task. */
    void keepToken(long id, byte[] clientToken) {
        taskTokens.keep(id, clientToken);
    }

    void onNotification(Message notification) {
        if (notification.method().equals(ACKNOWLEDGED)) {
            // It answers what the session itself listens for, and means nothing to anybody else.
            return;
        }
        if (notification.has(Field.PROGRESS)) {
            onProgress(notification);
        } else if (!notification.has(Field.CANCELLED_ID) || !session.reverse().withdraw(notification)) {
            PendingCall listening = notification.method().equals(LOG_MESSAGE) ? onlyListener() : null;
            if (listening == null) {
                say(notification);
            } else {
                listening.onNotification(notification);
            }
        }
    }

    /**
     * Takes what came with a call but is about something else: that a question is withdrawn, that a list has changed, that a
     * resource has been updated, where that is not for this call's client alone.
     */
    boolean takes(Message notification, PendingCall call) {
        if (notification.has(Field.CANCELLED_ID)) {
            return session.reverse().withdraw(notification);
        }
        // A client with a session of its own hears of its resources on any stream; one without, and the others,
        // elsewhere.
        boolean ofServer = notification.method().endsWith(LIST_CHANGED)
                || (notification.method().equals(UPDATED)
                        && (call.isOfModernClient()
                                || session.target().service().isolation() == Isolation.SHARED));
        if (ofServer) {
            say(notification);
        }
        return ofServer;
    }

    private void onProgress(Message progress) {
        PendingCall call = context.table().find(progress.plainNumber(Field.PROGRESS));
        if (call != null && call.isOn(session)) {
            call.onNotification(progress);
            return;
        }
        byte[] token = taskTokens.find(progress.plainNumber(Field.PROGRESS));
        if (token != null) {
            say(Message.parse(progress.with(Field.PROGRESS, token)));
        }
    }

    /**
     * The call to which a log message belongs for clients without a session, who get only what belongs to a request: the
     * only one under way that asked for any. Between two it would be a guess.
     */
    private @Nullable PendingCall onlyListener() {
        if (session.isShared()) {
            return null;
        }
        PendingCall only = null;
        for (PendingCall call : context.table().all()) {
            if (call.isOn(session) && !call.isOver() && wantsLogs(call)) {
                if (only != null) {
                    return null;
                }
                only = call;
            }
        }
        return only;
    }

    private static boolean wantsLogs(PendingCall call) {
        JsonSlice params = call.isOfModernClient() ? call.message().get(Field.PARAMS) : null;
        JsonSlice meta = params == null ? null : params.member(META);
        return meta != null && meta.member(RequestMeta.LOG_LEVEL) != null;
    }

    /** Hands over what belongs to no call, without the name of the subscription by which it came here. */
    private void say(Message notification) {
        try {
            Message plain = session.isModern() ? unnamed(notification) : notification;
            context.listener().onNotification(session.service(), session.owner(), plain);
        } catch (RuntimeException defect) {
            LOG.error("The listener for notifications failed: service={}", session.service(), defect);
        }
    }

    private static Message unnamed(Message notification) {
        JsonSlice params = notification.get(Field.PARAMS);
        JsonSlice meta = params == null ? null : params.member(META);
        if (params == null || meta == null || meta.member(RequestMeta.SUBSCRIPTION_ID) == null) {
            return notification;
        }
        JsonSlice rest = meta.without(Set.of(RequestMeta.SUBSCRIPTION_ID));
        byte[] plain = rest.toString().equals("{}")
                ? params.without(Set.of(META)).toBytes()
                : params.withMember(META, rest.toBytes()).toBytes();
        return Message.parse(notification.with(Field.PARAMS, plain));
    }

    /** An answer to nothing that is under way here: late, repeated, or wrong. */
    void stray(Message answer) {
        if (context.table().isKnown(answer.numericId())) {
            LOG.trace("Late answer dropped: service={} answer={}", session.service(), answer);
        } else {
            strays.increment();
            LOG.debug("Answer to nothing that was asked: service={} answer={}", session.service(), answer);
        }
    }

    /**
     * What is no message. If it has the id of a call, it was meant for the answer, and no other will come.
     *
     * @return false if it is nobody's
     */
    boolean onUnreadable(byte[] text, GatewayException reason) {
        List<RequestId> meant = BrokenAnswer.ids(text, id -> waiting(id) != null);
        for (RequestId id : meant) {
            PendingCall call = waiting(id);
            if (call != null) {
                call.onFailure(new GatewayException(
                        ErrorCode.UPSTREAM_PROTOCOL,
                        "Service \"" + session.service() + "\" answered " + call.what()
                                + (reason.code() == ErrorCode.BODY_TOO_LARGE
                                        ? " with too much at once: "
                                        : " with no valid MCP message: ")
                                + reason.getMessage(),
                        reason));
            }
        }
        return !meant.isEmpty();
    }

    private @Nullable PendingCall waiting(RequestId id) {
        PendingCall call = context.table().find(number(id.json()));
        return call != null && call.isOn(session) ? call : null;
    }

    private static long number(String id) {
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException another) {
            return -1;
        }
    }
}
