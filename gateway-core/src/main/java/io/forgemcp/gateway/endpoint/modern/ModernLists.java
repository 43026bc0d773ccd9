package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.endpoint.RouteFinder;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestMeta;
import io.forgemcp.gateway.virtualserver.ExposedList;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.Supplier;

/** The methods of modern clients that the gateway answers itself, from the catalog, waking nobody. Thread-safe. */
final class ModernLists {
    private final RouteFinder routes;
    private final Supplier<CatalogSnapshot> catalog;
    /** The member that names the gateway in {@code _meta}, without braces around it. */
    private final String serverInfo;

    /** @param version of the gateway, as clients see it */
    ModernLists(RouteFinder routes, Supplier<CatalogSnapshot> catalog, String version) {
        this.routes = routes;
        this.catalog = catalog;
        this.serverInfo = "\"" + RequestMeta.SERVER_INFO + "\":{\"name\":\"forge-mcp-gateway\",\"version\":"
                + quoted(version) + "}";
    }

    /** The member that names the gateway in {@code _meta}, without braces around it. */
    String serverInfo() {
        return serverInfo;
    }

    void list(ModernRequest request, Function<ServerView, ExposedList> which, ModernReply reply) {
        if (request.message().has(Field.CURSOR)) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS, "This cursor is not one of ours: lists come in one page. Leave it out.");
        }
        ServerView view = routes.view(request.caller(), request.virtualServer());
        routes.learnWhatIsMissing(view);
        byte[] result = which.apply(view)
                .result(
                        entry -> routes.isVisible(request.caller(), entry.route()),
                        head(new Freshness(view, catalog.get(), routes.isUniform())),
                        serverInfo);
        reply.answer(200, Messages.result(request.id(), result));
    }

    void discover(ModernRequest request, ModernReply reply) {
        ServerView view = routes.view(request.caller(), request.virtualServer());
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
