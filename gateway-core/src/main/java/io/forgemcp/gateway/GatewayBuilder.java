package io.forgemcp.gateway;

import io.forgemcp.gateway.alert.AlertSettings;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.lifecycle.SystemLoad;
import io.forgemcp.gateway.lifecycle.SystemPolicy;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.routing.ToolRouter;
import io.forgemcp.gateway.scaling.PreWarmSettings;
import io.forgemcp.gateway.scaling.ScalingPolicy;
import io.forgemcp.gateway.scaling.ScalingSettings;
import io.forgemcp.gateway.security.AccessPolicy;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.HttpExchanger;
import io.forgemcp.gateway.transport.UpstreamTransport;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a gateway consists of. Everything is optional; a part that is not given is the one that ships with the
 * core. Giving a single part twice fails and names the first. Not thread-safe.
 */
public final class GatewayBuilder {
    final Map<ServiceName, ServiceDefinition> services = new LinkedHashMap<>();
    final List<VirtualServer> virtualServers = new ArrayList<>();
    final List<ServiceRuntime> runtimes = new ArrayList<>();
    final List<UpstreamTransport> transports = new ArrayList<>();

    @Nullable
    HttpExchanger httpExchanger;

    @Nullable
    GatewayMetrics metrics;

    @Nullable
    Authenticator authenticator;

    @Nullable
    AccessPolicy accessPolicy;

    @Nullable
    Timers timers;

    @Nullable
    GatewayStore store;

    @Nullable
    ToolRouter toolRouter;

    @Nullable
    ScalingPolicy scalingPolicy;

    @Nullable
    ScalingSettings scaling;

    @Nullable
    PreWarmSettings preWarm;

    @Nullable
    AlertSettings alerts;

    @Nullable
    SystemPolicy systemPolicy;

    @Nullable
    SystemLoad systemLoad;

    @Nullable
    GatewaySettings settings;

    @Nullable
    String version;

    byte @Nullable [] signingKey;

    GatewayBuilder() {}

    /** Adds a service; its name must be new. */
    public GatewayBuilder service(ServiceDefinition service) {
        ServiceDefinition first = services.putIfAbsent(service.name(), service);
        if (first != null) {
            throw new GatewayException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "There are two services named \"" + service.name() + "\": " + first.launch() + " and "
                            + service.launch() + ". Rename one.");
        }
        return this;
    }

    /** Adds an endpoint with a choice of tools. */
    public GatewayBuilder virtualServer(VirtualServer server) {
        virtualServers.add(server);
        return this;
    }

    /** Adds a runtime; those given are asked before those of the core, in the order given. The gateway closes it. */
    public GatewayBuilder runtime(ServiceRuntime runtime) {
        runtimes.add(runtime);
        return this;
    }

    /** Adds a transport; those given are asked before those of the core. */
    public GatewayBuilder transport(UpstreamTransport transport) {
        transports.add(transport);
        return this;
    }

    /** The HTTP client for servers behind URLs; the JDK's if none is given. The gateway closes it. */
    public GatewayBuilder httpExchanger(HttpExchanger value) {
        httpExchanger = once("httpExchanger", httpExchanger, value);
        return this;
    }

    public GatewayBuilder metrics(GatewayMetrics value) {
        metrics = once("metrics", metrics, value);
        return this;
    }

    /** Who callers over HTTP are; without it only callers on this machine are let in. */
    public GatewayBuilder authenticator(Authenticator value) {
        authenticator = once("authenticator", authenticator, value);
        return this;
    }

    /** What callers may do; without it, to call everything, and to change things with the role {@code admin}. */
    public GatewayBuilder accessPolicy(AccessPolicy value) {
        accessPolicy = once("accessPolicy", accessPolicy, value);
        return this;
    }

    /** Where time comes from; tests give one that they move themselves. */
    public GatewayBuilder timers(Timers value) {
        timers = once("timers", timers, value);
        return this;
    }

    /** Keeps what must outlive a restart; without it nothing does. The gateway closes it. */
    public GatewayBuilder store(GatewayStore value) {
        store = once("store", store, value);
        return this;
    }

    /** Finds tools for a task; without it keyword search does. */
    public GatewayBuilder toolRouter(ToolRouter value) {
        toolRouter = once("toolRouter", toolRouter, value);
        return this;
    }

    /** Decides how many instances every service should have; without it the thresholds of its own policy do. */
    public GatewayBuilder scalingPolicy(ScalingPolicy value) {
        scalingPolicy = once("scalingPolicy", scalingPolicy, value);
        return this;
    }

    /** How often and within what the number of instances is decided; the thresholds of each policy. */
    public GatewayBuilder scaling(ScalingSettings value) {
        scaling = once("scaling", scaling, value);
        return this;
    }

    /** What raises an alert; without it nothing does. */
    public GatewayBuilder alerts(AlertSettings value) {
        alerts = once("alerts", alerts, value);
        return this;
    }

    /** What wakes services before they are called. */
    public GatewayBuilder preWarm(PreWarmSettings value) {
        preWarm = once("preWarm", preWarm, value);
        return this;
    }

    /**
     * What holds for all services together: how they sleep, what they may use, what is done when the machine runs short.
     * Without it there are no limits and the machine is not watched.
     */
    public GatewayBuilder systemPolicy(SystemPolicy value) {
        systemPolicy = once("systemPolicy", systemPolicy, value);
        return this;
    }

    /** How busy the machine is; read from {@code /proc} if not given. Only asked if there is a system policy. */
    public GatewayBuilder systemLoad(SystemLoad value) {
        systemLoad = once("systemLoad", systemLoad, value);
        return this;
    }

    public GatewayBuilder settings(GatewaySettings value) {
        settings = once("settings", settings, value);
        return this;
    }

    /** The version that the gateway tells clients and servers; its own if not given. */
    public GatewayBuilder version(String value) {
        version = once("version", version, value);
        return this;
    }

    /**
     * Signs the {@code requestState} that modern clients have to bring back; without it a key does that is random in every
     * process. Any length from 16 bytes on; secret.
     */
    public GatewayBuilder signingKey(byte[] value) {
        if (signingKey != null || value.length < 16) {
            // The keys themselves are never shown.
            throw new GatewayException(
                    ErrorCode.CONFIGURATION_INVALID,
                    signingKey != null
                            ? "The builder was given two signing keys. Give one."
                            : "A signing key needs at least 16 bytes, not " + value.length + ".");
        }
        signingKey = value.clone();
        return this;
    }

    private static <T> T once(String what, @Nullable T first, T second) {
        if (first != null) {
            throw new GatewayException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "The builder was given two of " + what + ": first " + first + ", then " + second + ". Give one.");
        }
        return second;
    }

    /** Puts it together; nothing runs until {@link Gateway#start}. */
    public Gateway build() {
        return new Gateway(new Wiring(this));
    }
}
