package io.forgemcp.server.manager;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.alert.Alert;
import io.forgemcp.gateway.alert.Alerts;
import io.forgemcp.gateway.alert.Silence;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.server.http.Inputs;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import io.forgemcp.server.rest.Json;
import io.forgemcp.server.rest.Known;
import io.forgemcp.server.rest.Permissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What is wrong, what was, who takes care of it, and what keeps it quiet. */
final class AlertRoutes {
    private static final String COMMENT = "comment";
    private static final String DURATION = "duration";
    private static final String RULE = "rule";
    private static final String SERVICE = "service";
    private static final int LONGEST_TEXT = 500;

    private final Alerts alerts;
    private final Permissions permissions;
    private final Known known;

    AlertRoutes(Gateway gateway, Permissions permissions) {
        this.alerts = gateway.alerts();
        this.permissions = permissions;
        this.known = new Known(gateway.services());
    }

    List<Route> routes() {
        return List.of(
                Route.rest(
                        Verb.GET,
                        "/alerts",
                        "Alerts that are pending or fire, those that are over, and silences.",
                        request -> Json.ok(report(alert -> true))),
                Route.rest(
                        Verb.GET,
                        "/system/alerts",
                        "The alerts of the gateway and of this machine.",
                        request -> Json.ok(report(alert -> alert.service() == null))),
                Route.rest(Verb.GET, "/services/{name}/alerts", "The alerts of one service.", this::ofService),
                Route.rest(
                        Verb.POST,
                        "/alerts/{id}/ack",
                        "Says that somebody takes care of an alert that fires.",
                        permissions.administer(this::acknowledge),
                        COMMENT),
                Route.rest(
                        Verb.POST,
                        "/alerts/{id}/silence",
                        "Keeps an alert quiet for a while, and others of the same rule about the same service.",
                        permissions.administer(this::silence),
                        COMMENT,
                        DURATION),
                Route.rest(
                        Verb.GET,
                        "/silences",
                        "What keeps alerts quiet now.",
                        request -> Json.ok(Json.array(alerts.silences().stream(), AlertRoutes::json))),
                Route.rest(
                        Verb.POST,
                        "/silences",
                        "Keeps alerts of a rule, of a service or all quiet for a while.",
                        permissions.administer(this::silenceAny),
                        COMMENT,
                        DURATION,
                        RULE,
                        SERVICE),
                Route.rest(
                        Verb.DELETE,
                        "/silences/{id}",
                        "Ends a silence.",
                        permissions.administer(request -> Json.ok(json(alerts.unsilence(request.variable()))))));
    }

    private ObjectNode report(Predicate<Alert> which) {
        List<Alert> open = alerts.open().stream().filter(which).toList();
        ObjectNode json = Json.object();
        json.put("firing", count(open, Alert.State.FIRING));
        json.put("pending", count(open, Alert.State.PENDING));
        json.put("rules", alerts.settings().rules().size());
        json.set("alerts", Json.array(open.stream(), AlertRoutes::json));
        json.set("history", Json.array(alerts.history().stream().filter(which), AlertRoutes::json));
        json.set("silences", Json.array(alerts.silences().stream(), AlertRoutes::json));
        return json;
    }

    private static long count(List<Alert> open, Alert.State state) {
        return open.stream().filter(alert -> alert.state() == state).count();
    }

    private CompletionStage<RestAnswer> ofService(RestRequest request) {
        ServiceStatus status = known.require(request);
        ServiceName name = status.name();
        return Json.ok(report(alert -> alert.service() != null && name.equals(ServiceName.of(alert.service())))
                .put("service", name.value()));
    }

    private CompletionStage<RestAnswer> acknowledge(RestRequest request) {
        String comment = request.inputs().text(COMMENT, LONGEST_TEXT);
        return Json.ok(
                json(alerts.acknowledge(request.variable(), request.caller().principal(), comment)));
    }

    private CompletionStage<RestAnswer> silence(RestRequest request) {
        String comment = request.inputs().text(COMMENT, LONGEST_TEXT);
        return Json.ok(json(alerts.silence(
                request.variable(), duration(request.inputs()), request.caller().principal(), comment)));
    }

    private CompletionStage<RestAnswer> silenceAny(RestRequest request) {
        Inputs inputs = request.inputs();
        String comment = inputs.text(COMMENT, LONGEST_TEXT);
        String rule = inputs.text(RULE);
        String service = inputs.text(SERVICE);
        Duration duration = duration(inputs);
        if (rule != null
                && alerts.settings().rules().stream()
                        .noneMatch(each -> each.name().equals(rule))) {
            throw Inputs.invalid(RULE + ": there is no rule of this name. Rules: "
                    + alerts.settings().rules().stream()
                            .map(each -> each.name())
                            .distinct()
                            .toList() + ".");
        }
        return Json.ok(json(alerts.silence(
                rule,
                service == null ? null : known.require(service).name().value(),
                duration,
                request.caller().principal(),
                comment)));
    }

    private static Duration duration(Inputs inputs) {
        return inputs.duration(DURATION, Alerts.LONGEST_SILENCE);
    }

    private static ObjectNode json(Alert alert) {
        ObjectNode json = Json.object();
        json.put("id", alert.id());
        json.put("group", alert.group());
        json.put("rule", alert.rule());
        json.put("severity", alert.severity().name().toLowerCase(Locale.ROOT));
        json.put("state", alert.state().name().toLowerCase(Locale.ROOT));
        json.put("service", alert.service());
        ObjectNode labels = json.putObject("labels");
        alert.labels().forEach(labels::put);
        json.put("value", alert.value());
        json.put("message", alert.message());
        ObjectNode annotations = json.putObject("annotations");
        alert.annotations().forEach(annotations::put);
        json.put("since", alert.since().toString());
        json.put("firedAt", text(alert.firedAt()));
        json.put("resolvedAt", text(alert.resolvedAt()));
        Alert.Acknowledgement acknowledged = alert.acknowledged();
        if (acknowledged == null) {
            json.putNull("acknowledged");
        } else {
            json.putObject("acknowledged")
                    .put("at", acknowledged.at().toString())
                    .put("by", acknowledged.by())
                    .put("comment", acknowledged.comment());
        }
        return json.put("silence", alert.silence());
    }

    private static ObjectNode json(Silence silence) {
        return Json.object()
                .put("id", silence.id())
                .put("rule", silence.rule())
                .put("service", silence.service())
                .put("from", silence.from().toString())
                .put("until", silence.until().toString())
                .put("by", silence.by())
                .put("comment", silence.comment());
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
