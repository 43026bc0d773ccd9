package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Era;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ParameterHeaders;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.upstream.UpstreamSession;
import io.forgemcp.gateway.upstream.UpstreamTarget;
import io.forgemcp.gateway.upstream.Upstreams;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one awake server for everything it offers, all pages of all lists that its capabilities announce (MCP
 * 2025-11-25, Pagination), and bears with servers that never stop paging. Thread-safe.
 */
final class CatalogLearner {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogLearner.class);
    private static final int MAX_PAGES = 1_000;
    private static final int MAX_ENTRIES = 20_000;

    private final Upstreams upstreams;
    private final Duration timeout;

    /** @param timeout for the answer to each request */
    CatalogLearner(Upstreams upstreams, Duration timeout) {
        this.upstreams = upstreams;
        this.timeout = timeout;
    }

    CompletionStage<ServerCatalog> learn(UpstreamTarget target, Instant now) {
        Server server = new Server(
                target.service().name(),
                (request, listener) -> upstreams.send(target, ClientProfile.GATEWAY, request, listener));
        return upstreams.session(target, ClientProfile.GATEWAY).thenCompose(session -> learn(server, session, now));
    }

    /** What the server offers in this conversation, which may be more than in others. */
    CompletionStage<ServerCatalog> learn(ServiceName service, UpstreamSession session, Instant now) {
        return learn(new Server(service, session::send), session, now);
    }

    /** Who is asked, and how. */
    private record Server(ServiceName name, BiConsumer<UpstreamRequest, CallListener> way) {}

    private CompletionStage<ServerCatalog> learn(Server target, UpstreamSession session, Instant now) {
        JsonSlice initialize = session.initializeResult();
        JsonSlice capabilities = initialize.member("capabilities");
        boolean resources = has(capabilities, "resources");
        Era era = session.protocolVersion().era();
        Listed seen = new Listed(era);
        CompletableFuture<List<CatalogEntry>> tools =
                list(seen, has(capabilities, "tools"), target, "tools/list", "tools", "name");
        CompletableFuture<List<CatalogEntry>> prompts =
                list(seen, has(capabilities, "prompts"), target, "prompts/list", "prompts", "name");
        CompletableFuture<List<CatalogEntry>> listed =
                list(seen, resources, target, "resources/list", "resources", "uri");
        CompletableFuture<List<CatalogEntry>> templates =
                list(seen, resources, target, "resources/templates/list", "resourceTemplates", "uriTemplate");
        return CompletableFuture.allOf(tools, prompts, listed, templates)
                .thenApply(all -> new ServerCatalog(
                        target.name(),
                        initialize.detached(),
                        tools.join(),
                        prompts.join(),
                        listed.join(),
                        templates.join(),
                        now,
                        null,
                        seen.caching(initialize)));
    }

    private static boolean has(@Nullable JsonSlice capabilities, String name) {
        return capabilities != null && capabilities.member(name) != null;
    }

    /** What all lists of one server together say. Thread-safe. */
    private static final class Listed {
        private final Era era;
        private @Nullable Caching caching;

        private Listed(Era era) {
            this.era = era;
        }

        private synchronized void add(JsonSlice result) {
            Caching more = era == Era.MODERN ? ServerCatalogJson.caching(result) : null;
            if (more != null) {
                caching = caching == null ? more : caching.and(more);
            }
        }

        /** Null if the server is of a revision that says nothing about it. */
        private synchronized @Nullable Caching caching(JsonSlice greeting) {
            add(greeting);
            return caching;
        }

        /** A tool that no client of a modern server may use is left out, and the others survive it. */
        private List<CatalogEntry> usable(ServiceName service, List<CatalogEntry> tools) {
            if (era == Era.LEGACY) {
                return tools;
            }
            List<CatalogEntry> usable = new ArrayList<>(tools.size());
            for (CatalogEntry tool : tools) {
                String fault = ParameterHeaders.of(tool.json()).fault();
                if (fault == null) {
                    usable.add(tool);
                } else {
                    LOG.warn("tool left out service={} tool={} reason={}", service, tool.name(), fault);
                }
            }
            return usable;
        }
    }

    private CompletableFuture<List<CatalogEntry>> list(
            Listed seen, boolean announced, Server target, String method, String member, String key) {
        if (!announced) {
            return CompletableFuture.completedFuture(List.of());
        }
        Listing listing = new Listing(seen, target, method, member, key);
        listing.ask(null);
        return listing.done;
    }

    /** One list, page after page. */
    private final class Listing implements CallListener {
        private final Listed seen;
        private final Server target;
        private final String method;
        private final String member;
        private final String key;
        private final List<CatalogEntry> entries = new ArrayList<>();
        private final Set<String> cursors = new HashSet<>();
        private final CompletableFuture<List<CatalogEntry>> done = new CompletableFuture<>();

        private Listing(Listed seen, Server target, String method, String member, String key) {
            this.seen = seen;
            this.target = target;
            this.method = method;
            this.member = member;
            this.key = key;
        }

        private void ask(@Nullable String cursor) {
            byte[] params = cursor == null
                    ? null
                    : ("{\"cursor\":" + new String(JsonText.quote(cursor), StandardCharsets.UTF_8) + "}")
                            .getBytes(StandardCharsets.UTF_8);
            Message request = Messages.request(RequestId.of(1), method, params);
            target.way().accept(new UpstreamRequest(request, null, timeout), this);
        }

        @Override
        public void onAnswer(Message answer) {
            try {
                take(answer);
            } catch (RuntimeException failure) {
                done.completeExceptionally(failure);
            }
        }

        private void take(Message answer) {
            if (answer.kind() == Message.Kind.ERROR) {
                takeError(answer);
                return;
            }
            JsonSlice result = answer.get(Message.Field.RESULT);
            List<CatalogEntry> page = ServerCatalogJson.entries(result == null ? null : result.member(member), key);
            entries.addAll(member.equals("tools") ? seen.usable(target.name(), page) : page);
            if (result != null) {
                seen.add(result);
            }
            String next = result == null ? null : result.textMember("nextCursor");
            if (next == null) {
                done.complete(entries);
            } else if (!cursors.add(next) || cursors.size() >= MAX_PAGES || entries.size() >= MAX_ENTRIES) {
                done.completeExceptionally(new GatewayException(
                        ErrorCode.UPSTREAM_PROTOCOL,
                        "Service " + target.name() + " does not stop paging its " + method + " (after "
                                + cursors.size() + " pages, " + entries.size()
                                + " entries). Its server has a defect."));
            } else {
                ask(next);
            }
        }

        /** A server that announces resources need not have templates: "method not found" then means none. */
        private void takeError(Message answer) {
            JsonSlice error = answer.get(Message.Field.ERROR);
            if ("-32601".equals(answer.errorCode())) {
                done.complete(entries);
            } else {
                String text = error == null ? null : error.textMember("message");
                done.completeExceptionally(new GatewayException(
                        ErrorCode.UPSTREAM_PROTOCOL,
                        "Service " + target.name() + " refuses " + method + ": "
                                + (text == null ? "no reason given" : text)));
            }
        }

        @Override
        public void onFailure(GatewayException failure) {
            done.completeExceptionally(failure);
        }
    }
}
