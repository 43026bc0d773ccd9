package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.endpoint.Cursors;
import io.forgemcp.gateway.endpoint.RouteFinder;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestMeta;
import io.forgemcp.gateway.virtualserver.ExposedList;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The methods of modern clients that the gateway answers itself, from the catalog, waking nobody. Thread-safe. */
final class ModernLists {
    private final RouteFinder routes;
    private final ModernClients clients;
    private final Supplier<CatalogSnapshot> catalog;
    /** The member that names the gateway in {@code _meta}, without braces around it. */
    private final String serverInfo;

    private final int pageSize;
    private final Cursors cursors = new Cursors();

    /**
     * @param version of the gateway, as clients see it
     * @param pageSize most entries of one answer
     */
    ModernLists(
            RouteFinder routes,
            ModernClients clients,
            Supplier<CatalogSnapshot> catalog,
            String version,
            int pageSize) {
        this.routes = routes;
        this.clients = clients;
        this.catalog = catalog;
        this.pageSize = pageSize;
        this.serverInfo = "\"" + RequestMeta.SERVER_INFO + "\":{\"name\":\"forge-mcp-gateway\",\"version\":"
                + quoted(version) + "}";
    }

    /** The member that names the gateway in {@code _meta}, without braces around it. */
    String serverInfo() {
        return serverInfo;
    }

    void list(ModernRequest request, Function<ServerView, ExposedList> which, ModernReply reply) {
        afterLearning(request, reply, view -> answer(request, view, which, reply));
    }

    private void answer(
            ModernRequest request, ServerView view, Function<ServerView, ExposedList> which, ModernReply reply) {
        String list = request.method();
        int offset = request.message().has(Field.CURSOR)
                ? cursors.offset(view, list, request.message().text(Field.CURSOR))
                : 0;
        byte[] result = which.apply(view)
                .result(
                        entry -> routes.isVisible(request.caller(), entry.route()),
                        head(new Freshness(view, catalog.get(), routes.isUniform())),
                        serverInfo,
                        offset,
                        pageSize,
                        next -> cursors.next(view, list, next));
        reply.answer(200, Messages.result(request.id(), result));
    }

    /** Servers of which nothing is known yet and that are being asked are waited for a moment: no list is empty silently. */
    private void afterLearning(ModernRequest request, ModernReply reply, Consumer<ServerView> then) {
        ServerView view = routes.view(new ModernViewer(request, clients));
        CompletableFuture<?> learning = routes.learnWhatIsMissing(view);
        if (learning == null) {
            then.accept(view);
            return;
        }
        learning.whenComplete((learnt, failure) -> {
            try {
                then.accept(routes.view(new ModernViewer(request, clients)));
            } catch (GatewayException refused) {
                ModernErrors.refuse(reply, request.id(), refused);
            }
        });
    }

    void discover(ModernRequest request, ModernReply reply) {
        afterLearning(request, reply, view -> answer(request, view, reply));
    }

    private void answer(ModernRequest request, ServerView view, ModernReply reply) {
        CatalogSnapshot snapshot = catalog.get();
        StringBuilder result = new StringBuilder("{")
                .append(head(new Freshness(view, snapshot, routes.isUniform())))
                .append(",\"supportedVersions\":")
                .append(EraClassifier.supportedJson())
                .append(",\"capabilities\":")
                .append(new ModernCapabilities(view, snapshot).json());
        if (!view.instructions().isEmpty()) {
            result.append(",\"instructions\":").append(quoted(view.instructions()));
        }
        result.append(",\"_meta\":{").append(serverInfo).append("}}");
        reply.answer(200, Messages.result(request.id(), result.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static String head(Freshness freshness) {
        return "\"resultType\":\"complete\",\"ttlMs\":" + freshness.ttlMillis() + ",\"cacheScope\":\""
                + freshness.scope() + "\"";
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
