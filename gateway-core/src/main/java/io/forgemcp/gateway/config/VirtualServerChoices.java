package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.read.Suggestion;
import io.forgemcp.gateway.config.schema.VirtualServersFile;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What {@code virtual-servers.yml} says about the virtual servers that {@code virtual-servers.txt} has. */
final class VirtualServerChoices {
    private static final Pattern EXPOSED = Pattern.compile("[A-Za-z0-9_.-]{1,60}");
    private static final String SECTION = "virtual_servers.";

    private final Reading reading;
    private final VirtualServersFile file;
    private final Map<String, ServiceName> names;

    /** @param names services by what rows may call them */
    VirtualServerChoices(Reading reading, VirtualServersFile file, Map<String, ServiceName> names) {
        this.reading = reading;
        this.file = file;
        this.names = names;
    }

    /** The servers as the file wants them. */
    List<VirtualServer> applied(List<VirtualServer> servers) {
        Map<String, String> keys = new LinkedHashMap<>();
        for (String name : file.virtualServers().keySet()) {
            String first = keys.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
            if (first != null) {
                report(
                        Finding.Severity.ERROR,
                        SECTION + name,
                        "\"" + first
                                + "\" is the same virtual server: names are compared without regard to case. Remove one.");
            } else if (servers.stream().noneMatch(server -> server.name().equalsIgnoreCase(name))) {
                report(
                        Finding.Severity.WARNING,
                        SECTION + name,
                        "There is no virtual server \"" + name + "\" in "
                                + reading.at(RegistrationRows.VIRTUAL_SERVERS, 0) + "."
                                + Suggestion.didYouMean(
                                        name,
                                        servers.stream()
                                                .map(VirtualServer::name)
                                                .toList())
                                + " Add the row name|enabled|gateways|description, or remove this.");
            }
        }
        return servers.stream().map(this::applied).toList();
    }

    private VirtualServer applied(VirtualServer server) {
        return file.virtualServers().entrySet().stream()
                .filter(entry -> entry.getKey().equalsIgnoreCase(server.name()))
                .findFirst()
                .map(entry -> applied(server, SECTION + entry.getKey(), entry.getValue()))
                .orElse(server);
    }

    private VirtualServer applied(VirtualServer server, String path, VirtualServersFile.Entry entry) {
        Map<ServiceName, List<String>> tools = new LinkedHashMap<>();
        Map<String, String> renames = new LinkedHashMap<>();
        Map<String, String> descriptions = new LinkedHashMap<>();
        Map<String, String> exposed = new HashMap<>();
        entry.services().forEach((name, choice) -> {
            String at = path + ".services." + name;
            ServiceName service = names.get(name.toLowerCase(Locale.ROOT));
            if (service == null || !server.services().contains(service)) {
                report(
                        Finding.Severity.WARNING,
                        at,
                        "The virtual server \"" + server.name() + "\" has no service \"" + name + "\"."
                                + Suggestion.didYouMean(
                                        name,
                                        server.services().stream()
                                                .map(ServiceName::value)
                                                .toList())
                                + " Name it in its row of " + RegistrationRows.VIRTUAL_SERVERS + ", or remove this.");
                return;
            }
            if (!choice.tools().isEmpty()) {
                tools.put(service, choice.tools());
            }
            choice.renames().forEach((tool, to) -> {
                String key = at + ".renames." + tool;
                String other = exposed.putIfAbsent(to, service.value() + "/" + tool);
                if (!EXPOSED.matcher(to).matches()) {
                    report(
                            Finding.Severity.ERROR,
                            key,
                            "\"" + to + "\" is no name for a tool. Write 1 to 60 letters, digits, dots, underscores and"
                                    + " hyphens.");
                } else if (other != null) {
                    report(
                            Finding.Severity.ERROR,
                            key,
                            "The name \"" + to + "\" is already given to " + other + ". Write another one.");
                } else {
                    renames.put(service.value() + "/" + tool, to);
                }
                reportHidden(key, tool, choice);
            });
            choice.descriptions().forEach((tool, text) -> {
                descriptions.put(service.value() + "/" + tool, text);
                reportHidden(at + ".descriptions." + tool, tool, choice);
            });
        });
        return new VirtualServer(
                server.id(),
                server.name(),
                server.description(),
                server.enabled(),
                server.services(),
                tools,
                entry.naming(),
                renames,
                descriptions);
    }

    /** Prompts can be renamed, too, but are not chosen: one that is called like no chosen tool may be meant. */
    private void reportHidden(String key, String tool, VirtualServersFile.Choice choice) {
        if (!choice.tools().isEmpty() && !choice.tools().contains(tool)) {
            report(
                    Finding.Severity.INFO,
                    key,
                    "\"" + tool + "\" is not among the tools that are shown, so this is for a prompt of that name only."
                            + Suggestion.didYouMean(tool, choice.tools()));
        }
    }

    private void report(Finding.Severity severity, String key, String message) {
        reading.report(
                severity,
                reading.position(VirtualServersFile.NAME, key).orElse(reading.at(VirtualServersFile.NAME, 0)),
                key,
                message);
    }
}
