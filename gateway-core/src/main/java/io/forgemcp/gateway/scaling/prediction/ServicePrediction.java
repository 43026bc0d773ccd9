package io.forgemcp.gateway.scaling.prediction;

import io.forgemcp.gateway.service.ServiceName;

/**
 * A forecast for one service.
 *
 * @param asleep whether waking it would change anything
 * @param woken whether it was woken because of this forecast
 */
public record ServicePrediction(
        ServiceName service, Forecast forecast, CalibrationReport calibration, boolean asleep, boolean woken) {}
