package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.transport.InstanceAddress;

/** A running instance and how to speak to it. */
public record UpstreamTarget(ServiceDefinition service, InstanceId instance, InstanceAddress address) {}
