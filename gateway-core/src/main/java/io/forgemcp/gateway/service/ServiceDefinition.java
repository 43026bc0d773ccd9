package io.forgemcp.gateway.service;

import io.forgemcp.gateway.inprocess.InProcessServer;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is known about a service before it runs. Built in code with {@link #stdio}, {@link #http} or {@link
 * #java}, or read from {@code services.yml}.
 *
 * @param runtime where it runs
 * @param launch what has to happen for it to be there
 * @param wire how it is spoken to
 * @param isolation who shares a conversation with it
 * @param autoStart whether it is started with the gateway
 * @param policy name of its scaling policy, for people
 * @param category name of its resource category, for people; null if it has none
 * @param unavailable why it cannot be used, for example an environment variable that is not set; null if it can
 */
public record ServiceDefinition(
        ServiceName name,
        String description,
        RuntimeChoice runtime,
        Launch launch,
        WireProtocol wire,
        Isolation isolation,
        Priority priority,
        SleepPolicy sleepPolicy,
        Resources resources,
        HealthCheck healthCheck,
        InstanceLimits instances,
        boolean autoStart,
        String policy,
        @Nullable String category,
        Set<String> tags,
        @Nullable String unavailable) {
    public ServiceDefinition {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(launch, "launch");
        tags = Set.copyOf(tags);
    }

    /** A local command that speaks MCP on standard input and output. */
    public static Builder stdio(String name, String... command) {
        return new Builder(name, RuntimeChoice.PROCESS, Launch.Command.of(List.of(command)), WireProtocol.STDIO);
    }

    /** A server behind a URL; the transport is found out. */
    public static Builder http(String name, URI url) {
        return new Builder(name, RuntimeChoice.REMOTE, new Launch.Remote(url, Map.of()), WireProtocol.HTTP_PROBED);
    }

    /** A server written in Java that runs inside the gateway. */
    public static Builder java(String name, InProcessServer server) {
        return new Builder(name, RuntimeChoice.JAVA, new Launch.Java(server), WireProtocol.STDIO);
    }

    /** Any launch. */
    public static Builder of(String name, RuntimeChoice runtime, Launch launch, WireProtocol wire) {
        return new Builder(name, runtime, launch, wire);
    }

    /** Whether it costs anything while idle: only what runs as a process or container of the gateway does. */
    public boolean sleepable() {
        return launch instanceof Launch.Command;
    }

    /** When it is woken without a call; no times if it cannot be used, never sleeps or always runs. */
    public WakeSchedule wakeSchedule() {
        boolean sleeps = sleepable() && sleepPolicy.enabled() && instances.min() == 0;
        return sleeps && unavailable == null ? sleepPolicy.wakeSchedule() : WakeSchedule.NONE;
    }

    /** This definition, to change a part of it. */
    public Builder toBuilder() {
        Builder builder = new Builder(name.value(), runtime, launch, wire);
        builder.description = description;
        builder.isolation = isolation;
        builder.priority = priority;
        builder.sleepPolicy = sleepPolicy;
        builder.resources = resources;
        builder.healthCheck = healthCheck;
        builder.instances = instances;
        builder.autoStart = autoStart;
        builder.policy = policy;
        builder.category = category;
        builder.tags = tags;
        builder.unavailable = unavailable;
        return builder;
    }

    /** Optional parts of a definition. Not thread-safe. */
    public static final class Builder {
        private final ServiceName name;
        private final RuntimeChoice runtime;
        private Launch launch;
        private final WireProtocol wire;
        private String description = "";
        private Isolation isolation;
        private Priority priority = Priority.NORMAL;
        private SleepPolicy sleepPolicy = SleepPolicy.DEFAULT;
        private Resources resources = Resources.UNLIMITED;
        private HealthCheck healthCheck = HealthCheck.DEFAULT;
        private InstanceLimits instances = InstanceLimits.ON_DEMAND;
        private boolean autoStart;
        private String policy = "default";
        private @Nullable String category;
        private Set<String> tags = Set.of();
        private @Nullable String unavailable;

        private Builder(String name, RuntimeChoice runtime, Launch launch, WireProtocol wire) {
            this.name = ServiceName.of(name);
            this.runtime = runtime;
            this.launch = launch;
            this.wire = wire;
            // A stdio server is one process with one session; an HTTP server can tell its clients apart.
            this.isolation =
                    wire == WireProtocol.STDIO && runtime != RuntimeChoice.JAVA ? Isolation.SHARED : Isolation.SESSION;
        }

        public Builder description(String value) {
            description = value;
            return this;
        }

        /** Replaces how it is launched, for example to add environment variables or headers. */
        public Builder launch(Launch value) {
            launch = value;
            return this;
        }

        public Builder isolation(Isolation value) {
            isolation = value;
            return this;
        }

        public Builder priority(Priority value) {
            priority = value;
            return this;
        }

        public Builder sleepPolicy(SleepPolicy value) {
            sleepPolicy = value;
            return this;
        }

        public Builder resources(Resources value) {
            resources = value;
            return this;
        }

        public Builder healthCheck(HealthCheck value) {
            healthCheck = value;
            return this;
        }

        public Builder instances(int min, int max) {
            instances = new InstanceLimits(min, max);
            return this;
        }

        public Builder autoStart(boolean value) {
            autoStart = value;
            return this;
        }

        public Builder policy(String value) {
            policy = value;
            return this;
        }

        public Builder category(@Nullable String value) {
            category = value;
            return this;
        }

        public Builder tags(Set<String> value) {
            tags = value;
            return this;
        }

        /** Marks it as unusable, with the reason. */
        public Builder unavailable(@Nullable String reason) {
            unavailable = reason;
            return this;
        }

        public ServiceDefinition build() {
            return new ServiceDefinition(
                    name,
                    description,
                    runtime,
                    launch,
                    wire,
                    isolation,
                    priority,
                    sleepPolicy,
                    resources,
                    healthCheck,
                    instances,
                    autoStart,
                    policy,
                    category,
                    tags,
                    unavailable);
        }
    }
}
