package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.catalog.Catalog;
import io.forgemcp.gateway.catalog.OwnCatalogs;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.LogLevel;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.ReverseAnswer;
import io.forgemcp.gateway.upstream.UpstreamListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What servers say of their own accord: a changed list makes the gateway ask again; what was said in one client's own
 * session goes to that client and to nobody else; of a conversation that clients share only the changes of resources are
 * passed on, to those who subscribed. Thread-safe.
 */
public final class ServerMessages implements UpstreamListener {
    private static final String NOTIFICATIONS = "notifications/";
    private static final String CHANGED = "/list_changed";
    private static final String LOG_MESSAGE = "notifications/message";
    private static final String UPDATED = "notifications/resources/updated";
    private static final String TASK_STATUS = "notifications/tasks/status";
    private static final byte[] NO_ROOTS = "{\"roots\":[]}".getBytes(StandardCharsets.US_ASCII);

    private volatile @Nullable ClientSessions sessions;
    private volatile @Nullable Catalog catalog;
    private volatile @Nullable OwnCatalogs ownLists;
    private volatile @Nullable ResourceListeners listeners;
    private volatile ClientLogLevels levels = client -> null;
    private volatile @Nullable ServiceManager services;

    /** Says who is to hear. Before this nothing is heard, because no server has been spoken to. */
    public void connect(ClientSessions clients, Catalog lists) {
        sessions = clients;
        catalog = lists;
    }

    /** Says who ends servers that say nothing. */
    public void connect(ServiceManager manager) {
        services = manager;
    }

    /** Says what is to hear of lists that changed for one client. */
    public void connect(OwnCatalogs own) {
        ownLists = own;
    }

    /** Says who else is to hear of updated resources. */
    public void connect(ResourceListeners others) {
        listeners = others;
    }

    /** Whether somebody without a session wants to hear of this resource, under its server's own URI, where clients share one. */
    boolean isWantedByOthers(ServiceName service, String uri) {
        ResourceListeners others = listeners;
        return others != null && others.wants(service, uri);
    }

    /** Says what others want logged. */
    public void connect(ClientLogLevels others) {
        levels = others;
    }

    @Override
    public void onSilence(InstanceId instance, String reason) {
        ServiceManager manager = services;
        if (manager != null) {
            manager.noteSilence(instance, reason);
        }
    }

    @Override
    public void onNotification(ServiceName service, ClientKey client, Message notification) {
        ClientSessions clients = sessions;
        if (clients == null || isListChange(service, client, notification)) {
            return;
        }
        ResourceListeners others = listeners;
        if (others != null && notification.method().equals(UPDATED)) {
            String uri = notification.text(Field.URI);
            if (uri != null) {
                others.updated(service, client, uri, notification);
            }
        }
        ClientSession session = clients.find(client);
        if (session != null) {
            push(service, session, notification);
        } else if (client.equals(ClientKey.GATEWAY) && notification.method().equals(UPDATED)) {
            updated(clients.all(), service, notification);
        } else if (client.equals(ClientKey.GATEWAY) && notification.method().equals(TASK_STATUS)) {
            clients.all().forEach(any -> push(service, any, notification));
        }
    }

    private static void push(ServiceName service, ClientSession session, Message notification) {
        byte[] exposed = exposed(service, session, notification);
        if (exposed != null) {
            session.push(exposed);
        }
    }

    private static void updated(Collection<ClientSession> clients, ServiceName service, Message notification) {
        String uri = notification.text(Field.URI);
        for (ClientSession session : clients) {
            if (uri != null && session.subscriptions().wants(service, uri)) {
                push(service, session, notification);
            }
        }
    }

    /**
     * A notification that is about no list as a client gets it; null if it gets none.
     *
     * @param service that said it
     */
    static byte @Nullable [] exposed(ServiceName service, ClientSession session, Message notification) {
        return isWanted(session, notification) ? renamed(service, session, notification) : null;
    }

    /** With the URIs and the ids of tasks that the client knows; null for the state of a task that is not the client's. */
    private static byte @Nullable [] renamed(ServiceName service, ClientSession session, Message notification) {
        if (notification.method().equals(TASK_STATUS)) {
            return taskStatus(service, session.tasks(), notification);
        }
        Message exposed = ReadableUris.notification(session.told(), service, notification);
        return session.tasks().exposed(service, exposed).bytes();
    }

    private static byte @Nullable [] taskStatus(ServiceName service, ClientTasks tasks, Message notification) {
        JsonSlice state = notification.get(Field.PARAMS);
        ClientTasks.Task task = state == null ? null : tasks.find(tasks.exposedId(service, state.textMember("taskId")));
        return state == null || task == null
                ? null
                : notification.with(Field.PARAMS, tasks.noted(task, state).toBytes());
    }

    /** What has changed in one client's own conversation may have changed for this client alone. */
    private boolean isListChange(ServiceName service, ClientKey client, Message notification) {
        String method = notification.method();
        boolean changed = method.startsWith(NOTIFICATIONS) && method.endsWith(CHANGED);
        Catalog lists = catalog;
        OwnCatalogs own = ownLists;
        if (changed && lists != null) {
            String list = method.substring(NOTIFICATIONS.length(), method.length() - CHANGED.length());
            if (own != null && !client.equals(ClientKey.GATEWAY)) {
                lists.mayHaveChanged(service);
                own.serverChanged(service, client, list);
            } else {
                lists.serverChanged(service, list);
            }
        }
        return changed;
    }

    @Override
    public void onEnded(ServiceName service, ClientKey client) {
        OwnCatalogs own = ownLists;
        if (own != null) {
            own.ended(service, client);
        }
    }

    /** A log message without a known level is passed on. */
    private static boolean isWanted(ClientSession session, Message notification) {
        LogLevel least = session.logLevel();
        if (least == null || !notification.method().equals(LOG_MESSAGE)) {
            return true;
        }
        JsonSlice params = notification.get(Field.PARAMS);
        String level = params == null ? null : params.textMember("level");
        return level == null
                || LogLevel.find(level).filter(known -> !known.isAtLeast(least)).isEmpty();
    }

    /** Only the client whose conversation it is can be asked; it may have closed its session meanwhile. */
    @Override
    public void onRequest(ServiceName service, ClientKey client, Message request, ReverseAnswer answer) {
        ClientSessions clients = sessions;
        ClientSession session = clients == null ? null : clients.find(client);
        if (session != null) {
            session.ask(service, request, answer, session::push);
            return;
        }
        if (client.equals(ClientKey.GATEWAY) && request.method().equals("roots/list")) {
            answer.answer(Message.parse(Messages.result(request.requireId(), NO_ROOTS)));
            return;
        }
        answer.refuse(new GatewayException(
                ErrorCode.METHOD_NOT_FOUND,
                client.equals(ClientKey.GATEWAY)
                        ? "Service \"" + service + "\" is shared by all clients, so none of them can be asked "
                                + request.method() + ". isolation: session in its configuration changes that."
                        : "Nobody can be asked: the client that this conversation is for is gone, or has several calls"
                                + " under way or none, so that nobody can tell to which this belongs."));
    }

    /** The level and the subscriptions of the client hold in every conversation for it, also in one that begins later. */
    @Override
    public List<Message> opening(ServiceName service, ClientKey client, @Nullable JsonSlice capabilities) {
        ClientSessions clients = sessions;
        if (clients == null || capabilities == null) {
            return List.of();
        }
        List<Message> first = new ArrayList<>();
        ClientSession session = clients.find(client);
        LogLevel level = session == null ? levels.of(client) : session.logLevel();
        if (level != null && capabilities.member("logging") != null) {
            first.add(setLevel(level));
        }
        Set<String> uris = new LinkedHashSet<>();
        ResourceListeners others = listeners;
        if (session != null) {
            uris.addAll(session.subscriptions().of(service));
        } else if (others != null && allowsSubscribing(capabilities)) {
            uris.addAll(others.opening(service, client));
        }
        if (client.equals(ClientKey.GATEWAY)) {
            clients.all().forEach(any -> uris.addAll(any.subscriptions().of(service)));
        }
        uris.forEach(uri -> first.add(request("resources/subscribe", "uri", uri)));
        return first;
    }

    private static boolean allowsSubscribing(JsonSlice capabilities) {
        JsonSlice resources = capabilities.member("resources");
        JsonSlice subscribe = resources == null ? null : resources.member("subscribe");
        return subscribe != null && subscribe.isTrue();
    }

    /** The request by which a server with sessions is told from which level on to log. */
    public static Message setLevel(LogLevel level) {
        return request("logging/setLevel", "level", level.text());
    }

    private static Message request(String method, String member, String value) {
        String params = "{\"" + member + "\":" + new String(JsonText.quote(value), StandardCharsets.UTF_8) + "}";
        return Messages.request(RequestId.of(1), method, params.getBytes(StandardCharsets.UTF_8));
    }
}
