package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.ResourceListeners;
import io.forgemcp.gateway.endpoint.RouteFinder;
import io.forgemcp.gateway.endpoint.Viewer;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.protocol.RequestMeta;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.ExposedList;
import io.forgemcp.gateway.virtualserver.Route;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One client that listens, and what it was told last. Everything it hears bears the id of its own request. */
final class Listener {
    private final Viewer viewer;
    private final Caller caller;
    private final RequestId id;
    private final ListenFilter filter;
    private final ModernReply reply;
    private final String serverInfo;
    private final RouteFinder routes;
    private final ModernClients.Client client;
    private final @Nullable WatchedResources watched;
    /** Hears of the tasks that were named. */
    private final Consumer<JsonSlice> tasks = this::changed;

    private ServerView told;

    Listener(
            ModernRequest request,
            Viewer viewer,
            ListenFilter filter,
            ServerView told,
            ModernReply reply,
            String serverInfo,
            RouteFinder routes,
            ModernClients.Client client,
            @Nullable WatchedResources watched) {
        this.viewer = viewer;
        this.caller = request.caller();
        this.id = request.id();
        this.filter = filter;
        this.told = told;
        this.reply = reply;
        this.serverInfo = serverInfo;
        this.routes = routes;
        this.client = client;
        this.watched = watched;
    }

    Caller caller() {
        return caller;
    }

    /** Hears of the tasks that were named; always the same object. */
    Consumer<JsonSlice> tasks() {
        return tasks;
    }

    /** Who it is to servers. */
    ModernClients.Client client() {
        return client;
    }

    /** What it listens for at servers; null if it has named no resources. */
    @Nullable
    WatchedResources watched() {
        return watched;
    }

    Viewer viewer() {
        return viewer;
    }

    void acknowledge() {
        tell("notifications/subscriptions/acknowledged", ",\"notifications\":" + filter.json());
    }

    /** The stream is closed by the gateway, not by accident. */
    void end() {
        String result = "{\"resultType\":\"complete\",\"_meta\":{" + subscription() + "," + serverInfo + "}}";
        reply.answer(200, Messages.result(id, result.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Tells what has changed since the last time.
     *
     * @param announced the lists of which servers said that they changed
     * @param telling run for each list of which its client is told
     * @return whether what it sees is not the same as the last time
     */
    synchronized boolean compare(ServerView now, Map<ServiceName, Set<String>> announced, Runnable telling) {
        ServerView before = told;
        told = now;
        for (ListenFilter.Kind kind : filter.lists()) {
            boolean said = now.services().stream()
                    .anyMatch(
                            service -> announced.getOrDefault(service, Set.of()).contains(kind.list()));
            if (said || (before != now && differs(kind, before, now))) {
                telling.run();
                tell("notifications/" + kind.list() + "/list_changed", "");
            }
        }
        return before != now;
    }

    private boolean differs(ListenFilter.Kind kind, ServerView before, ServerView now) {
        return switch (kind) {
            case TOOLS -> differ(before.tools(), now.tools());
            case PROMPTS -> differ(before.prompts(), now.prompts());
            case RESOURCES ->
                differ(before.resources(), now.resources()) || differ(before.templates(), now.templates());
        };
    }

    private boolean differ(ExposedList before, ExposedList now) {
        return !before.looksLike(now, entry -> routes.isVisible(caller, entry.route()));
    }

    /**
     * A server says that its resource has been updated. It is told under each URI by which the client has named it, or once
     * under its own where the client has named one above it.
     *
     * @param original the resource's URI as the server knows it
     * @param notification what the server says; all of it that is not about whom it is said to is passed on
     */
    void updated(ServiceName service, String original, Message notification) {
        boolean named = false;
        boolean above = false;
        for (String uri : filter.uris()) {
            Route route = resource(uri);
            if (route == null || !route.service().equals(service)) {
                continue;
            }
            if (route.original().equals(original)) {
                named = true;
                updated(uri, notification);
            } else {
                above |= ResourceListeners.covers(route.original(), original);
            }
        }
        if (above && !named) {
            updated(view().exposedUri(service, original), notification);
        }
    }

    private void updated(String uri, Message notification) {
        JsonSlice said =
                Objects.requireNonNull(notification.get(Field.PARAMS), "without parameters it names no resource");
        JsonSlice meta = said.member("_meta");
        byte[] own = meta != null && meta.isObject()
                ? meta.withMember(RequestMeta.SUBSCRIPTION_ID, id.toBytes()).toBytes()
                : ("{" + subscription() + "}").getBytes(StandardCharsets.UTF_8);
        byte[] params = said.withMember("uri", JsonText.quote(uri))
                .withMember("_meta", own)
                .toBytes();
        reply.notification(notification.with(Field.PARAMS, params));
    }

    /** How a task stands that its client has named. */
    private void changed(JsonSlice task) {
        String members = task.toString();
        tell("notifications/tasks", "," + members.substring(members.indexOf('{') + 1, members.lastIndexOf('}')));
    }

    /** Where the resources are that its client wants to hear about. */
    List<Route> resources() {
        List<Route> resources = new ArrayList<>();
        for (String uri : filter.uris()) {
            Route route = resource(uri);
            if (route != null) {
                resources.add(route);
            }
        }
        return resources;
    }

    private synchronized ServerView view() {
        return told;
    }

    private @Nullable Route resource(String uri) {
        Route route = view().resource(uri);
        return route != null && routes.isVisible(caller, route) ? route : null;
    }

    private void tell(String method, String members) {
        String params = "{\"_meta\":{" + subscription() + "}" + members + "}";
        reply.notification(Messages.notification(method, params.getBytes(StandardCharsets.UTF_8))
                .bytes());
    }

    private String subscription() {
        return "\"" + RequestMeta.SUBSCRIPTION_ID + "\":" + id.json();
    }
}
