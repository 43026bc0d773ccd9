package io.forgemcp.server.manager;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.scaling.prediction.CalibrationReport;
import io.forgemcp.gateway.scaling.prediction.Forecast;
import io.forgemcp.gateway.scaling.prediction.ServicePrediction;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import io.forgemcp.server.rest.Json;
import io.forgemcp.server.rest.Permissions;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;

/** Which service will be called soon, why that is thought, and how good such thoughts were. */
final class PredictionRoutes {
    private static final String THRESHOLD = "threshold";
    private static final String DRY_RUN = "dryRun";
    private static final double NEVER = 2;

    private final Gateway gateway;
    private final Permissions permissions;

    PredictionRoutes(Gateway gateway, Permissions permissions) {
        this.gateway = gateway;
        this.permissions = permissions;
    }

    List<Route> routes() {
        return List.of(
                Route.rest(
                        Verb.GET,
                        "/services/predictions",
                        "How likely a call of each service is, with the evidence and how good earlier forecasts were.",
                        request -> Json.ok(
                                Json.array(gateway.predictions().stream(), prediction -> json(prediction, NEVER)))),
                Route.rest(
                        Verb.POST,
                        "/services/apply-predictions",
                        "Wakes every service that sleeps and is likely enough to be called.",
                        permissions.administer(this::apply),
                        THRESHOLD,
                        DRY_RUN));
    }

    private CompletionStage<RestAnswer> apply(RestRequest request) {
        double threshold = request.inputs().number(THRESHOLD, Gateway.LIKELY, 0, 1);
        boolean dryRun = request.inputs().flag(DRY_RUN);
        List<ServicePrediction> predictions = dryRun ? gateway.predictions() : gateway.applyPredictions(threshold);
        ObjectNode json = Json.object();
        json.put(THRESHOLD, threshold);
        json.put(DRY_RUN, dryRun);
        json.put("woken", predictions.stream().filter(ServicePrediction::woken).count());
        json.set("predictions", Json.array(predictions.stream(), prediction -> json(prediction, threshold)));
        return Json.ok(json);
    }

    private static ObjectNode json(ServicePrediction prediction, double threshold) {
        Forecast forecast = prediction.forecast();
        ObjectNode json = Json.object();
        json.put("service", prediction.service().value());
        json.put("probability", forecast.probability());
        json.put("horizonSeconds", forecast.horizon().toSeconds());
        json.put(
                "nextScheduledWake",
                prediction.nextScheduledWake() == null
                        ? null
                        : prediction.nextScheduledWake().toString());
        json.put("asleep", prediction.asleep());
        if (threshold <= 1) {
            json.put("likely", forecast.probability() != null && forecast.probability() >= threshold);
            json.put("woken", prediction.woken());
        }
        ObjectNode evidence = json.putObject("evidence");
        evidence.put(
                "hourOfWeek",
                String.format(
                        Locale.ROOT,
                        "%s %02d:00",
                        forecast.day().getDisplayName(TextStyle.SHORT, Locale.ROOT),
                        forecast.hour()));
        evidence.put("inUse", forecast.inUse());
        evidence.put("hourTrials", forecast.hourTrials());
        evidence.put("hourHits", forecast.hourHits());
        evidence.put(
                "secondsSinceLastCall",
                forecast.sinceLastCall() == null
                        ? null
                        : (Long) forecast.sinceLastCall().toSeconds());
        evidence.put("recencyTrials", forecast.recencyTrials());
        evidence.put("recencyHits", forecast.recencyHits());
        evidence.put("baseRate", forecast.baseRate());
        json.set("calibration", calibration(prediction.calibration()));
        return json;
    }

    private static ObjectNode calibration(CalibrationReport report) {
        ObjectNode json = Json.object();
        json.put("forecasts", report.forecasts());
        json.put("brierScore", report.brierScore());
        json.put("baseBrierScore", report.baseBrierScore());
        json.set(
                "buckets",
                Json.array(
                        report.buckets().stream(),
                        bucket -> Json.object()
                                .put("from", bucket.from())
                                .put("to", bucket.to())
                                .put("forecasts", bucket.forecasts())
                                .put("said", bucket.said())
                                .put("came", bucket.came())));
        return json;
    }
}
