package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Ratio;
import io.forgemcp.gateway.config.schema.ResourcesFile.Category;
import io.forgemcp.gateway.config.schema.ScalingFile.Policy;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** What is there without being written in any file. */
final class BuiltIn {
    /** The servers written in Java that the standalone gateway brings along; files may name them. */
    static final Set<String> SERVICES = Set.of("files", "knowledge", "time", "text");

    /** The parts of the gateway itself, which the files of existing deployments list among the services. */
    static final Set<String> COMPONENTS =
            Set.of("gateway", "service-manager", "tool-router", "forge-ui", "admin-ui", "forge-translate", "translate");

    /** Scaling policies by name. */
    static final Map<String, Policy> POLICIES = Map.of(
            "default", policy(0, 1, 300, 0.7, 0.8, 0.8, 0.2),
            "high-demand", policy(1, 2, 600, 0.6, 0.7, 0.7, 0.3),
            "browser-automation", policy(0, 1, 180, 0.8, 0.9, 0.9, 0.1),
            "database", policy(0, 1, 600, 0.5, 0.6, 0.6, 0.2),
            "development-tools", policy(0, 1, 300, 0.7, 0.8, 0.8, 0.2));

    /** Resource categories by name. */
    static final Map<String, Category> CATEGORIES = Map.of(
            "lightweight", category(192, 0.2, 15, 288),
            "standard", category(384, 0.4, 25, 576),
            "intensive", category(768, 0.8, 40, 1152),
            "heavy", category(1536, 1.6, 80, 2304));

    private BuiltIn() {}

    private static Policy policy(int min, int max, int idleSeconds, double cpu, double memory, double up, double down) {
        return new Policy(
                min,
                max,
                Duration.ofSeconds(idleSeconds),
                new Ratio(cpu),
                new Ratio(memory),
                new Ratio(up),
                new Ratio(down));
    }

    private static Category category(int megabytes, double cores, int pids, int swapMegabytes) {
        return new Category(DataSize.ofMegabytes(megabytes), cores, pids, DataSize.ofMegabytes(swapMegabytes));
    }
}
