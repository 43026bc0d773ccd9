/**
 * How many instances a service should have, and why. {@link io.forgemcp.gateway.scaling.ScalingPolicy} is the plugin
 * interface; a threshold policy ships with the core.
 */
@NullMarked
package io.forgemcp.gateway.scaling;

import org.jspecify.annotations.NullMarked;
