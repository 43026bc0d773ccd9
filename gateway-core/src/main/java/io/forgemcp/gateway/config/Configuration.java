package io.forgemcp.gateway.config;

import io.forgemcp.gateway.alert.AlertSettings;
import io.forgemcp.gateway.lifecycle.SystemPolicy;
import io.forgemcp.gateway.scaling.PreWarmSettings;
import io.forgemcp.gateway.scaling.ScalingSettings;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A configuration directory, read, merged and checked. Immutable.
 *
 * @param directory where it was read
 * @param services of {@code services.yml} and {@code gateways.txt}, with policy, category, priority, resources and sleep
 *     policy merged from every file
 * @param virtualServers of {@code virtual-servers.txt} and {@code virtual-servers.yml}; disabled ones included
 * @param prompts of {@code prompts.txt}
 * @param resources of {@code resources.txt}
 * @param limits what holds for all services together, disagreements resolved
 * @param files the YAML files as they were written
 */
public record Configuration(
        Path directory,
        List<ServiceDefinition> services,
        List<VirtualServer> virtualServers,
        List<PromptTemplate> prompts,
        List<ResourceLink> resources,
        SystemLimits limits,
        ConfigurationFiles files) {
    public Configuration {
        services = List.copyOf(services);
        virtualServers = List.copyOf(virtualServers);
        prompts = List.copyOf(prompts);
        resources = List.copyOf(resources);
    }

    /** The service of this name. */
    public Optional<ServiceDefinition> find(ServiceName name) {
        return services.stream().filter(service -> service.name().equals(name)).findFirst();
    }

    /** How the number of instances is decided, all files taken together. */
    public ScalingSettings scaling() {
        return ScalingReader.settings(files.scaling(), limits);
    }

    /** What holds for all services together: how they sleep, what they may use, and what is done in an emergency. */
    public SystemPolicy systemPolicy() {
        return SystemPolicyReader.policy(files, limits);
    }

    /** What raises an alert. */
    public AlertSettings alerts() {
        return AlertReader.settings(files);
    }

    /** What wakes services before they are called. */
    public PreWarmSettings preWarm() {
        return files.sleep().sleepSettings().performanceOptimization().wakePredictionEnabled()
                ? PreWarmSettings.DEFAULT
                : PreWarmSettings.NONE;
    }

    /** How long a call waits for its service to be awake before it fails. */
    public Duration wakeTimeout() {
        return files.sleep().sleepSettings().wakeTimeout();
    }
}
