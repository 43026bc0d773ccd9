package io.forgemcp.gateway.virtualserver;

import io.forgemcp.gateway.catalog.CatalogEntry;
import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.TaskSupport;
import io.forgemcp.gateway.service.ServiceName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Works out what a virtual server shows of a catalog. Used once; not thread-safe. */
final class ServerViewBuilder {
    private static final int MAX_INSTRUCTIONS = 16_384;

    private final VirtualServer server;
    private final CatalogSnapshot catalog;
    private final boolean limited;
    private final List<ServiceName> services = new ArrayList<>();
    private final List<ServiceName> unlearnt = new ArrayList<>();
    private final List<ExposedList.Problem> problems = new ArrayList<>();
    private final List<ExposedList.Entry> tools = new ArrayList<>();
    private final List<ExposedList.Entry> hiddenTools = new ArrayList<>();
    private final List<ExposedList.Entry> prompts = new ArrayList<>();
    private final List<ExposedList.Entry> resources = new ArrayList<>();
    private final List<ExposedList.Entry> templates = new ArrayList<>();
    private int truncated;
    private final StringBuilder instructions = new StringBuilder();
    private final ExposedNames toolNames;
    private final ExposedNames promptNames;
    private final Set<String> uris = new HashSet<>();

    /** @param limited whether the limit on the number of tools holds */
    ServerViewBuilder(VirtualServer server, CatalogSnapshot catalog, boolean limited) {
        this.server = server;
        this.catalog = catalog;
        this.limited = limited;
        toolNames = new ExposedNames(server);
        promptNames = new ExposedNames(server);
    }

    ServerView build() {
        Iterable<ServiceName> wanted =
                server.services().isEmpty() ? catalog.servers().keySet() : server.services();
        for (ServiceName service : wanted) {
            Optional<ServerCatalog> known = catalog.server(service);
            if (known.isPresent()) {
                services.add(known.get().service());
                add(known.get());
            } else {
                problems.add(new ExposedList.Problem(service.value(), "There is no service of this name."));
            }
        }
        reportTruncation();
        return new ServerView(this);
    }

    private void add(ServerCatalog offered) {
        ServiceName service = offered.service();
        if (offered.problem() != null) {
            problems.add(new ExposedList.Problem(service.value(), offered.problem()));
        } else if (!offered.isLearnt()) {
            problems.add(new ExposedList.Problem(
                    service.value(),
                    "Its tools are not known yet, because it has never run. It is asked as soon as an MCP client lists:"
                            + " list again in a moment, or wait for list_changed."));
        }
        if (!offered.isLearnt()) {
            unlearnt.add(service);
            return;
        }
        List<String> chosen = server.tools().get(service);
        boolean decides = TaskSupport.isDecidedByServer(offered.initialize());
        for (CatalogEntry tool : offered.tools()) {
            if (chosen == null || chosen.contains(tool.name())) {
                addTool(service, tool, offered.problem() != null, decides);
            }
        }
        for (CatalogEntry prompt : offered.prompts()) {
            String name = promptNames.next(service, prompt.name());
            prompts.add(named(name, service, prompt, null, TaskSupport.FORBIDDEN));
        }
        offered.resources().forEach(resource -> addByUri(resources, "uri", service, resource));
        offered.templates().forEach(template -> addByUri(templates, "uriTemplate", service, template));
        addInstructions(service, offered.initialize());
    }

    private void addTool(ServiceName service, CatalogEntry tool, boolean hidden, boolean serverDecides) {
        String name = toolNames.next(service, tool.name());
        String description = server.descriptions().get(service.value() + "/" + tool.name());
        TaskSupport tasks = serverDecides ? TaskSupport.SERVER_DECIDES : TaskSupport.of(tool.json());
        ExposedList.Entry entry = named(name, service, tool, description, tasks);
        if (hidden) {
            hiddenTools.add(entry);
        } else if (limited && tools.size() >= VirtualServer.MAX_TOOLS) {
            truncated++;
            hiddenTools.add(entry);
        } else {
            tools.add(entry);
        }
    }

    private static ExposedList.Entry named(
            String name, ServiceName service, CatalogEntry entry, @Nullable String description, TaskSupport tasks) {
        JsonSlice json = entry.json();
        if (!name.equals(entry.name())) {
            json = json.withMember("name", JsonText.quote(name));
        }
        if (description != null) {
            json = json.withMember("description", JsonText.quote(description));
        }
        return new ExposedList.Entry(name, Route.to(service, entry.name(), entry.json(), tasks), json);
    }

    /** URIs stay as they are; where two servers offer one, the first keeps it and the others' are wrapped. */
    private void addByUri(List<ExposedList.Entry> list, String member, ServiceName service, CatalogEntry entry) {
        Route route = new Route(service, entry.name());
        String wrapped = WrappedUri.wrap(service, entry.name());
        if (uris.add(entry.name())) {
            list.add(new ExposedList.Entry(entry.name(), route, entry.json()));
        } else if (uris.add(wrapped)) {
            list.add(new ExposedList.Entry(wrapped, route, entry.json().withMember(member, JsonText.quote(wrapped))));
        }
    }

    private void addInstructions(ServiceName service, @Nullable JsonSlice initialize) {
        String text = initialize == null ? null : initialize.textMember("instructions");
        if (text == null || text.isBlank() || instructions.length() + text.length() > MAX_INSTRUCTIONS) {
            return;
        }
        if (server.services().size() == 1) {
            instructions.append(text);
        } else {
            instructions
                    .append(instructions.length() == 0 ? "" : "\n\n")
                    .append("## ")
                    .append(service)
                    .append('\n')
                    .append(text.strip());
        }
    }

    private void reportTruncation() {
        if (truncated > 0) {
            problems.add(new ExposedList.Problem(
                    server.name(),
                    "Only the first " + VirtualServer.MAX_TOOLS + " tools are listed; " + truncated
                            + " more can be called but are not shown. Choose tools or split the virtual server."));
        }
    }

    VirtualServer server() {
        return server;
    }

    long catalogVersion() {
        return catalog.version();
    }

    List<ServiceName> services() {
        return services;
    }

    List<ServiceName> unlearnt() {
        return unlearnt;
    }

    List<ExposedList.Problem> problems() {
        return problems;
    }

    List<ExposedList.Entry> tools() {
        return tools;
    }

    List<ExposedList.Entry> hiddenTools() {
        return hiddenTools;
    }

    List<ExposedList.Entry> prompts() {
        return prompts;
    }

    List<ExposedList.Entry> resources() {
        return resources;
    }

    List<ExposedList.Entry> templates() {
        return templates;
    }

    String instructions() {
        return instructions.toString();
    }
}
