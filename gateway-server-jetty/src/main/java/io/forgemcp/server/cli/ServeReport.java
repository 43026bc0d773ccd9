package io.forgemcp.server.cli;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.ToolDescription;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import io.forgemcp.server.GatewayServer;
import io.forgemcp.server.Role;
import io.forgemcp.server.rest.Version;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code serve} prints once it listens.
 *
 * @param uri of the gateway's listener; null without that role
 * @param manager of the service manager's; null without that role
 * @param access who may call and change what
 * @param warnings how many warnings the configuration has
 * @param seconds since the process was started
 */
record ServeReport(
        @Nullable URI uri,
        @Nullable URI manager,
        Path data,
        Path configuration,
        String access,
        int warnings,
        List<String> virtualServers,
        List<ServiceStatus> services,
        Map<ServiceName, Long> tools,
        double seconds) {
    static ServeReport of(
            Gateway gateway, GatewayServer server, ConfigurationOptions.Loaded loaded, Path data, String access) {
        return new ServeReport(
                server.roles().contains(Role.GATEWAY) ? server.uri(Role.GATEWAY) : null,
                server.roles().contains(Role.MANAGER) ? server.uri(Role.MANAGER) : null,
                data,
                loaded.directory(),
                access,
                loaded.result().findings(Finding.Severity.WARNING).size(),
                gateway.virtualServers().all().stream()
                        .filter(VirtualServer::enabled)
                        .map(VirtualServer::name)
                        .toList(),
                gateway.services().statuses(),
                gateway.tools().stream()
                        .collect(Collectors.groupingBy(ToolDescription::service, Collectors.counting())),
                secondsSinceStart());
    }

    private static double secondsSinceStart() {
        Instant now = Instant.now();
        Instant start = ProcessHandle.current().info().startInstant().orElse(now);
        return Duration.between(start, now).toMillis() / 1000.0;
    }

    Map<String, @Nullable Object> document() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (ServiceStatus service : services) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", service.name().value());
            row.put("state", service.state().name().toLowerCase(Locale.ROOT));
            row.put("tools", tools.getOrDefault(service.name(), 0L));
            row.put("errorMessage", service.errorMessage());
            rows.add(row);
        }
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("url", uri == null ? null : uri.toString());
        document.put("mcp", uri == null ? null : uri.resolve("/mcp").toString());
        document.put("manager", manager == null ? null : manager.toString());
        document.put("pid", ProcessHandle.current().pid());
        document.put("data", data.toString());
        document.put("access", access);
        document.put("startSeconds", seconds);
        document.put("virtualServers", virtualServers);
        document.put("services", rows);
        return document;
    }

    void print(PrintStream out) {
        out.printf(
                Locale.ROOT,
                "Forge MCP Gateway %s is ready after %.2f s%n%n",
                Version.current().version(),
                seconds);
        if (uri != null) {
            printEndpoints(out, uri);
        }
        if (manager != null) {
            out.println("  service manager  " + manager);
        }
        out.println("  configuration    " + configuration
                + (warnings == 0 ? "" : " (" + warnings + " warnings: forge-gateway config validate)"));
        out.println("  data             " + data);
        out.println("  callers          " + access);
        out.println();
        if (uri != null) {
            printSnippets(out, uri.resolve("/mcp"));
        }
        table().print(out);
        out.println();
        out.println("Services wake when they are called. Ctrl-C stops everything.");
        out.flush();
    }

    private void printEndpoints(PrintStream out, URI gateway) {
        out.println("  MCP endpoint     " + gateway.resolve("/mcp"));
        for (String server : virtualServers) {
            out.println("  virtual server   " + gateway.resolve("/servers/" + server.replace(" ", "%20") + "/mcp"));
        }
        out.println("  health, metrics  " + gateway.resolve("/health") + "  " + gateway.resolve("/metrics"));
    }

    private static void printSnippets(PrintStream out, URI endpoint) {
        out.println("Paste this into the configuration of your MCP client:");
        out.println();
        ClientSnippet.json(endpoint).forEach(line -> out.println("  " + line));
        out.println();
        out.println("or run: " + ClientSnippet.claudeCode(endpoint));
        out.println();
    }

    private Table table() {
        Table table = new Table("SERVICE", "STATE", "TOOLS", "NOTE");
        for (ServiceStatus service : services) {
            Long count = tools.get(service.name());
            table.row(
                    service.name().value(),
                    service.state().name().toLowerCase(Locale.ROOT),
                    count == null ? "-" : count.toString(),
                    service.errorMessage() == null ? "" : service.errorMessage());
        }
        return table;
    }
}
