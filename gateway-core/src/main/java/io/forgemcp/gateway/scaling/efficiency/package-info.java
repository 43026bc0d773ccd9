/**
 * What services use awake and asleep, summed up from measurements, and what sleeping saves. {@link
 * io.forgemcp.gateway.scaling.efficiency.EfficiencyBook} is fed by whoever measures and makes the report.
 */
@NullMarked
package io.forgemcp.gateway.scaling.efficiency;

import org.jspecify.annotations.NullMarked;
