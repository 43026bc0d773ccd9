package io.forgemcp.benchmarks;

import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A runtime whose instances sleep as deeply as the benchmark says, whatever the lifecycle would choose. */
final class ChosenDepth implements ServiceRuntime {
    private final ServiceRuntime inner;
    private final Map<InstanceId, Instance> started = new ConcurrentHashMap<>();
    private volatile SleepDepth depth = SleepDepth.FREEZE;

    ChosenDepth(ServiceRuntime inner) {
        this.inner = inner;
    }

    void choose(SleepDepth value) {
        depth = value;
    }

    /** What every instance uses. */
    List<Instance.Usage> usages() {
        return started.values().stream()
                .map(Instance::usage)
                .map(usage -> Objects.requireNonNull(usage, "the kernel's figures are needed"))
                .toList();
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public boolean supports(ServiceDefinition service) {
        return inner.supports(service);
    }

    @Override
    public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
        return inner.start(service, id, exits).thenApply(instance -> {
            started.put(id, instance);
            return new Sleeper(instance);
        });
    }

    @Override
    public void close() {
        inner.close();
    }

    private final class Sleeper implements Instance {
        private final Instance instance;

        Sleeper(Instance instance) {
            this.instance = instance;
        }

        @Override
        public InstanceId id() {
            return instance.id();
        }

        @Override
        public InstanceAddress address() {
            return instance.address();
        }

        @Override
        public Set<SleepDepth> depths() {
            return instance.depths();
        }

        @Override
        public CompletionStage<Void> sleep(SleepDepth ignored) {
            return instance.sleep(depth);
        }

        @Override
        public CompletionStage<Void> wake() {
            return instance.wake();
        }

        @Override
        public CompletionStage<Void> stop(Duration grace) {
            return instance.stop(grace);
        }
    }
}
