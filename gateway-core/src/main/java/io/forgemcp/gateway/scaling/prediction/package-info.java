/**
 * Which service will be called soon, learnt from when it was called. {@link
 * io.forgemcp.gateway.scaling.prediction.CallForecast} learns and answers for one service and says how good its answers were;
 * it knows neither the lifecycle nor the store.
 */
@NullMarked
package io.forgemcp.gateway.scaling.prediction;

import org.jspecify.annotations.NullMarked;
