package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Durations;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes the entries of {@code services.yml} in the present form: the server itself instead of its bridge. */
final class ServiceMigration {
    /** What the bridge read; the server inside it never did. */
    private static final List<String> BRIDGE_VARIABLES = List.of(
            "FORGE_MAX_REQUEST_SIZE",
            "FORGE_SLEEP_POLICY_ENABLED",
            "FORGE_SERVICE_PRIORITY",
            "FORGE_WAKE_TIME_TARGET",
            "FORGE_VIRTUAL_SERVERS_CONFIG_PATH",
            "FORGE_AUTH_ENCRYPTION_SECRET",
            "FORGE_PLATFORM_ADMIN_EMAIL");

    /** Servers that were never on npm, by the package that was asked for there. */
    private static final Map<String, String> PYTHON_PACKAGES = Map.of(
            "@modelcontextprotocol/server-fetch", "mcp-server-fetch",
            "@modelcontextprotocol/server-git", "mcp-server-git");

    private final YamlTree tree;
    private final Configuration configuration;
    private final Consumer<String> changes;

    ServiceMigration(YamlTree tree, Configuration configuration, Consumer<String> changes) {
        this.tree = tree;
        this.configuration = configuration;
        this.changes = changes;
    }

    void run() {
        for (ServiceDefinition service : configuration.services()) {
            String name = service.name().value();
            if (tree.find("services", name).isPresent()) {
                unwrap(name);
                replacePackage(name);
                settle(service);
            }
        }
    }

    private void unwrap(String name) {
        Optional<List<String>> inside = BridgeCommand.unwrap(tree.texts("services", name, "command"));
        if (inside.isEmpty()) {
            return;
        }
        tree.set(new ArrayList<>(inside.get()), "services", name, "command");
        tree.set("stdio", "services", name, "transport");
        tree.remove("services", name, "port");
        tree.remove("services", name, "path");
        tree.remove("services", name, "health_check", "path");
        Map<String, Object> environment = new LinkedHashMap<>(tree.map("services", name, "environment"));
        environment.keySet().removeAll(BRIDGE_VARIABLES);
        if (environment.isEmpty()) {
            tree.remove("services", name, "environment");
        } else {
            tree.set(environment, "services", name, "environment");
        }
        changes.accept("services.yml: " + name
                + " runs its stdio server without the bridge; port, health path and the bridge's variables are gone");
    }

    private void replacePackage(String name) {
        List<String> command = tree.texts("services", name, "command");
        for (int i = 0; i < command.size(); i++) {
            String replacement = PYTHON_PACKAGES.get(command.get(i));
            if (replacement != null && command.get(0).equals("npx")) {
                List<String> python = new ArrayList<>(List.of("uvx", replacement));
                python.addAll(command.subList(i + 1, command.size()));
                tree.set(python, "services", name, "command");
                changes.accept("services.yml: " + name + " is the Python package " + replacement + ", run through uvx: "
                        + command.get(i) + " does not exist on npm");
                return;
            }
        }
    }

    /** Writes down what the reconciliation of all files came to. */
    private void settle(ServiceDefinition service) {
        String name = service.name().value();
        settle(name, service.priority().name().toLowerCase(Locale.ROOT), "sleep_policy", "priority");
        if (tree.find("services", name, "sleep_policy", "idle_timeout").isPresent()) {
            tree.set(
                    Durations.format(service.sleepPolicy().idleTimeout()),
                    "services",
                    name,
                    "sleep_policy",
                    "idle_timeout");
        }
        Long memory = service.resources().memoryBytes();
        if (memory != null && tree.find("services", name, "resources", "memory").isPresent()) {
            Object written = tree.find("services", name, "resources", "memory").orElse("");
            if (!written.toString().contains("$")
                    && DataSize.parse(written.toString(), "").bytes() > memory) {
                settle(name, new DataSize(memory).toString(), "resources", "memory");
            }
        }
        Double cpu = service.resources().cpuCores();
        Object writtenCpu = tree.find("services", name, "resources", "cpu").orElse("$");
        if (cpu != null && !writtenCpu.toString().contains("$") && Double.parseDouble(writtenCpu.toString()) > cpu) {
            settle(name, cpu, "resources", "cpu");
        }
    }

    private void settle(String name, Object value, String section, String key) {
        Optional<Object> before = tree.find("services", name, section, key);
        if (before.isEmpty() || !before.get().toString().equals(value.toString())) {
            tree.set(value, "services", name, section, key);
            changes.accept("services.yml: " + name + "." + section + "." + key + " is " + value
                    + before.map(old -> " instead of " + old).orElse(""));
        }
    }
}
