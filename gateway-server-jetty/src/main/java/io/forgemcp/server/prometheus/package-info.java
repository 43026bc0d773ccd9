/**
 * The gateway's metrics for Prometheus: an implementation of {@link io.forgemcp.gateway.metrics.GatewayMetrics} and the text
 * that a scrape gets. The listener calls it.
 */
@NullMarked
package io.forgemcp.server.prometheus;

import org.jspecify.annotations.NullMarked;
