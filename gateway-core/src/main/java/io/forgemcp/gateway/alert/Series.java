package io.forgemcp.gateway.alert;

import io.forgemcp.gateway.metrics.GatewayMetrics;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.atomic.DoubleAccumulator;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The values of one metric with certain label values: measured by any thread, without locks, and looked at by one at a time.
 */
abstract sealed class Series {
    private final Deque<Point> points = new ArrayDeque<>();

    private record Point(long nanos, double value) {}

    /** The value now; for a distribution the largest since this was last asked. NaN if unknown. */
    abstract double take();

    /** What two of this kind are together. */
    double together(double one, double other) {
        return one + other;
    }

    /** @param keep nanoseconds; one value older than that stays, because the window begins with it */
    final void look(long nanos, long keep) {
        points.addLast(new Point(nanos, take()));
        while (points.size() > 1 && secondOldest().nanos() <= nanos - keep) {
            points.removeFirst();
        }
    }

    private Point secondOldest() {
        Iterator<Point> oldest = points.iterator();
        oldest.next();
        return oldest.next();
    }

    /** NaN if it was not measured. */
    double value(Condition.Reading reading) {
        Point last = points.peekLast();
        if (last == null) {
            return Double.NaN;
        }
        long window = reading.window().toNanos();
        return switch (reading.function()) {
            case VALUE -> last.value();
            case INCREASE -> last.value() - before(last.nanos() - window);
            case RATE -> (last.value() - before(last.nanos() - window)) / (window / 1e9);
        };
    }

    /** The value when the window began; what was not there yet was zero. */
    private double before(long nanos) {
        double value = 0;
        for (Point point : points) {
            if (point.nanos() > nanos) {
                break;
            }
            value = point.value();
        }
        return value;
    }

    /** A counter. */
    static final class Counted extends Series {
        private final DoubleAdder sum = new DoubleAdder();
        private volatile GatewayMetrics.@Nullable Counter handle;

        /** The same handle for as long as the series lives. */
        GatewayMetrics.Counter over(GatewayMetrics.Counter counter) {
            GatewayMetrics.Counter known = handle;
            if (known == null) {
                known = amount -> {
                    counter.add(amount);
                    sum.add(amount);
                };
                handle = known;
            }
            return known;
        }

        @Override
        double take() {
            return sum.sum();
        }
    }

    /** A distribution, of which the largest value counts. */
    static final class Largest extends Series {
        private final DoubleAccumulator largest = new DoubleAccumulator(Math::max, Double.NEGATIVE_INFINITY);
        private volatile GatewayMetrics.@Nullable Distribution handle;

        GatewayMetrics.Distribution over(GatewayMetrics.Distribution distribution) {
            GatewayMetrics.Distribution known = handle;
            if (known == null) {
                known = value -> {
                    distribution.observe(value);
                    largest.accumulate(value);
                };
                handle = known;
            }
            return known;
        }

        @Override
        double take() {
            return largest.getThenReset();
        }

        @Override
        double together(double one, double other) {
            return Math.max(one, other);
        }

        @Override
        double value(Condition.Reading reading) {
            Point last = super.points.peekLast();
            double most = Double.NEGATIVE_INFINITY;
            for (Point point : super.points) {
                if (last != null
                        && point.nanos() > last.nanos() - reading.window().toNanos()) {
                    most = Math.max(most, point.value());
                }
            }
            return Double.isInfinite(most) ? Double.NaN : most;
        }
    }

    /** A gauge. */
    static final class Gauge extends Series {
        private final DoubleSupplier supplier;

        Gauge(DoubleSupplier supplier) {
            this.supplier = supplier;
        }

        @Override
        double take() {
            try {
                return supplier.getAsDouble();
            } catch (RuntimeException failing) {
                // Whoever scrapes it sees the failure; for a rule it is a value that is not known.
                return Double.NaN;
            }
        }
    }
}
