package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
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
import org.jspecify.annotations.Nullable;

/**
 * Asks one awake server for everything it offers, all pages of all lists that its capabilities announce (MCP
 * 2025-11-25, Pagination), and bears with servers that never stop paging. Thread-safe.
 */
final class CatalogLearner {
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
        return upstreams.session(target, ClientProfile.GATEWAY).thenCompose(session -> learn(target, session, now));
    }

    private CompletionStage<ServerCatalog> learn(UpstreamTarget target, UpstreamSession session, Instant now) {
        JsonSlice initialize = session.initializeResult();
        JsonSlice capabilities = initialize.member("capabilities");
        boolean resources = has(capabilities, "resources");
        CompletableFuture<List<CatalogEntry>> tools =
                list(has(capabilities, "tools"), target, "tools/list", "tools", "name");
        CompletableFuture<List<CatalogEntry>> prompts =
                list(has(capabilities, "prompts"), target, "prompts/list", "prompts", "name");
        CompletableFuture<List<CatalogEntry>> listed = list(resources, target, "resources/list", "resources", "uri");
        CompletableFuture<List<CatalogEntry>> templates =
                list(resources, target, "resources/templates/list", "resourceTemplates", "uriTemplate");
        return CompletableFuture.allOf(tools, prompts, listed, templates)
                .thenApply(all -> new ServerCatalog(
                        target.service().name(),
                        initialize.detached(),
                        tools.join(),
                        prompts.join(),
                        listed.join(),
                        templates.join(),
                        now,
                        null));
    }

    private static boolean has(@Nullable JsonSlice capabilities, String name) {
        return capabilities != null && capabilities.member(name) != null;
    }

    private CompletableFuture<List<CatalogEntry>> list(
            boolean announced, UpstreamTarget target, String method, String member, String key) {
        if (!announced) {
            return CompletableFuture.completedFuture(List.of());
        }
        Listing listing = new Listing(target, method, member, key);
        listing.ask(null);
        return listing.done;
    }

    /** One list, page after page. */
    private final class Listing implements CallListener {
        private final UpstreamTarget target;
        private final String method;
        private final String member;
        private final String key;
        private final List<CatalogEntry> entries = new ArrayList<>();
        private final Set<String> cursors = new HashSet<>();
        private final CompletableFuture<List<CatalogEntry>> done = new CompletableFuture<>();

        private Listing(UpstreamTarget target, String method, String member, String key) {
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
            upstreams.send(target, ClientProfile.GATEWAY, new UpstreamRequest(request, null, timeout), this);
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
            entries.addAll(ServerCatalogJson.entries(result == null ? null : result.member(member), key));
            String next = result == null ? null : result.textMember("nextCursor");
            if (next == null) {
                done.complete(entries);
            } else if (!cursors.add(next) || cursors.size() >= MAX_PAGES || entries.size() >= MAX_ENTRIES) {
                done.completeExceptionally(new GatewayException(
                        ErrorCode.UPSTREAM_PROTOCOL,
                        "Service " + target.service().name() + " does not stop paging its " + method + " (after "
                                + cursors.size() + " pages, " + entries.size()
                                + " entries). Its server has a defect."));
            } else {
                ask(next);
            }
        }

        /** A server that announces resources need not have templates: "method not found" then means none. */
        private void takeError(Message answer) {
            JsonSlice error = answer.get(Message.Field.ERROR);
            JsonSlice code = error == null ? null : error.member("code");
            if (code != null && code.toString().equals("-32601")) {
                done.complete(entries);
            } else {
                String text = error == null ? null : error.textMember("message");
                done.completeExceptionally(new GatewayException(
                        ErrorCode.UPSTREAM_PROTOCOL,
                        "Service " + target.service().name() + " refuses " + method + ": "
                                + (text == null ? "no reason given" : text)));
            }
        }

        @Override
        public void onFailure(GatewayException failure) {
            done.completeExceptionally(failure);
        }
    }
}
