package io.forgemcp.server.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.config.RuntimeSleepSettings;
import io.forgemcp.server.http.Inputs;
import io.forgemcp.server.http.JsonBody;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import io.forgemcp.server.rest.Json;
import io.forgemcp.server.rest.Permissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** How sleeping works for all services: shown, and changed without a restart. */
final class SleepSettingsRoutes {
    private static final String PATH = "/settings/sleep";

    private final ChangedSettings settings;
    private final Permissions permissions;
    private final Executor changes;

    /** @param changes runs one change after the other; may block */
    SleepSettingsRoutes(ChangedSettings settings, Permissions permissions, Executor changes) {
        this.settings = settings;
        this.permissions = permissions;
        this.changes = changes;
    }

    List<Route> routes() {
        return List.of(
                Route.rest(Verb.GET, PATH, "How sleeping works for all services.", this::show),
                Route.document(
                        Verb.PUT,
                        PATH,
                        "Replaces what was changed at run time; keys that are left out are as in the file.",
                        permissions.administer(request -> change(request, settings::replace))),
                Route.document(
                        Verb.PATCH,
                        PATH,
                        "Changes some keys; null puts one back to what the file says.",
                        permissions.administer(request -> change(request, settings::patch))));
    }

    private CompletionStage<RestAnswer> show(RestRequest request) {
        return CompletableFuture.supplyAsync(
                () -> Json.answer(200, settings.effective().document()), changes);
    }

    private CompletionStage<RestAnswer> change(
            RestRequest request, Function<ObjectNode, RuntimeSleepSettings.Effective> change) {
        ObjectNode body = snakeCase(JsonBody.object(request.body()));
        return CompletableFuture.supplyAsync(
                () -> Json.answer(200, change.apply(body).document()), changes);
    }

    private static ObjectNode snakeCase(ObjectNode written) {
        ObjectNode renamed = Json.object();
        written.properties().forEach(member -> {
            String key = JsonBody.snakeCase(member.getKey());
            JsonNode value = member.getValue();
            if (renamed.has(key)) {
                throw Inputs.invalid(key + ": is written twice, in camel case and in snake case.");
            }
            renamed.set(key, value instanceof ObjectNode section ? snakeCase(section) : value);
        });
        return renamed;
    }
}
