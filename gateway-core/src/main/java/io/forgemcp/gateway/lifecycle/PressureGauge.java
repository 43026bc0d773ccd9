package io.forgemcp.gateway.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * The level of pressure, with hysteresis. What memory says rises as soon as a threshold is reached, and falls only when use is
 * below the next lower one; processors and the services' own memory say moderate until they are clearly below their
 * threshold. The highest of these counts, so that none keeps up what another has raised. Not thread-safe.
 */
final class PressureGauge {
    /** How far below its threshold what has no lower one ends. */
    private static final double MARGIN = 0.05;

    private PressureLevel ofMemory = PressureLevel.NONE;
    private boolean busy;
    private boolean full;

    /**
     * @param memory share in use; null if not known
     * @param cpu share in use; null if not known
     * @param services what all services together use, as a share of what they should use at most; null if not known
     */
    PressureLevel update(
            SleepSettings settings, @Nullable Double memory, @Nullable Double cpu, @Nullable Double services) {
        if (!settings.monitoring().enabled()) {
            ofMemory = PressureLevel.NONE;
            busy = false;
            full = false;
            return PressureLevel.NONE;
        }
        SleepSettings.Pressure pressure = settings.pressure();
        double moderate = Math.min(pressure.moderate(), settings.monitoring().memoryThreshold());
        ofMemory = ofMemory(memory == null ? 0 : memory, pressure, moderate);
        busy = reached(cpu, Math.min(pressure.cpu(), settings.monitoring().cpuThreshold()), busy);
        full = reached(services, 1, full);
        boolean raised = (busy || full) && ofMemory.compareTo(PressureLevel.MODERATE) < 0;
        return raised ? PressureLevel.MODERATE : ofMemory;
    }

    private static boolean reached(@Nullable Double value, double threshold, boolean before) {
        return value != null && (value >= threshold || (before && value >= threshold - MARGIN));
    }

    private PressureLevel ofMemory(double used, SleepSettings.Pressure pressure, double moderate) {
        PressureLevel reached = used >= pressure.high()
                ? PressureLevel.HIGH
                : used >= moderate
                        ? PressureLevel.MODERATE
                        : used >= pressure.low() ? PressureLevel.LOW : PressureLevel.NONE;
        if (reached.compareTo(ofMemory) > 0) {
            return reached;
        }
        return switch (ofMemory) {
            case HIGH -> used >= moderate ? PressureLevel.HIGH : reached;
            case MODERATE -> used >= pressure.low() ? PressureLevel.MODERATE : PressureLevel.NONE;
            case LOW -> used >= pressure.low() - MARGIN ? PressureLevel.LOW : PressureLevel.NONE;
            case NONE -> PressureLevel.NONE;
        };
    }
}
