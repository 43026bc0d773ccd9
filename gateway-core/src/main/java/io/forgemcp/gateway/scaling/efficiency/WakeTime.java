package io.forgemcp.gateway.scaling.efficiency;

import io.forgemcp.gateway.service.ServiceName;

/**
 * One wake.
 *
 * @param priority of the service, in lower case
 * @param seconds from the call or command that found it asleep to the service being ready
 */
public record WakeTime(ServiceName service, String priority, double seconds) {}
