package io.forgemcp.gateway.scaling.prediction;

import io.forgemcp.gateway.service.ServiceName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A forecast for one service.
 *
 * @param nextScheduledWake when its schedule has it awake next, whatever is forecast; null if it has none
 * @param asleep whether waking it would change anything
 * @param woken whether it was woken because of this forecast
 */
public record ServicePrediction(
        ServiceName service,
        Forecast forecast,
        CalibrationReport calibration,
        @Nullable Instant nextScheduledWake,
        boolean asleep,
        boolean woken) {}
