/**
 * Counters, timers and gauges behind {@link io.forgemcp.gateway.metrics.GatewayMetrics}, a plugin interface. Every feature
 * may record; this package calls none.
 */
@NullMarked
package io.forgemcp.gateway.metrics;

import org.jspecify.annotations.NullMarked;
