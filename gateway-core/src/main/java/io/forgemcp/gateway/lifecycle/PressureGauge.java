package io.forgemcp.gateway.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * The level of pressure, with hysteresis: it rises as soon as a threshold is reached, and falls only when use is below the
 * next lower one, so that it does not flap. Not thread-safe.
 */
final class PressureGauge {
    /** How far below its threshold the lowest level ends. */
    private static final double MARGIN = 0.05;

    private PressureLevel level = PressureLevel.NONE;

    PressureLevel level() {
        return level;
    }

    /**
     * @param memory share in use; null if not known
     * @param cpu share in use; null if not known
     * @param servicesOverThreshold whether all services together use more memory than they should
     */
    PressureLevel update(
            SleepSettings settings, @Nullable Double memory, @Nullable Double cpu, boolean servicesOverThreshold) {
        if (!settings.monitoring().enabled()) {
            level = PressureLevel.NONE;
            return level;
        }
        SleepSettings.Pressure pressure = settings.pressure();
        double used = memory == null ? 0 : memory;
        double moderate = Math.min(pressure.moderate(), settings.monitoring().memoryThreshold());
        double busy = Math.min(pressure.cpu(), settings.monitoring().cpuThreshold());
        boolean pressed = servicesOverThreshold || (cpu != null && cpu >= busy);
        PressureLevel reached = used >= pressure.high()
                ? PressureLevel.HIGH
                : used >= moderate || pressed
                        ? PressureLevel.MODERATE
                        : used >= pressure.low() ? PressureLevel.LOW : PressureLevel.NONE;
        if (reached.compareTo(level) > 0) {
            level = reached;
        } else if (!pressed) {
            level = fall(reached, used, pressure, moderate);
        } else if (level == PressureLevel.HIGH && used < moderate) {
            level = PressureLevel.MODERATE;
        }
        return level;
    }

    private PressureLevel fall(PressureLevel reached, double used, SleepSettings.Pressure pressure, double moderate) {
        return switch (level) {
            case HIGH -> used >= moderate ? PressureLevel.HIGH : reached;
            case MODERATE -> used >= pressure.low() ? PressureLevel.MODERATE : PressureLevel.NONE;
            case LOW -> used >= pressure.low() - MARGIN ? PressureLevel.LOW : PressureLevel.NONE;
            case NONE -> PressureLevel.NONE;
        };
    }
}
