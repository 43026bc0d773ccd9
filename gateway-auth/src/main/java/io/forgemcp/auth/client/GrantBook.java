package io.forgemcp.auth.client;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.service.OAuthClient;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.thread.Workers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What services have granted, kept in the gateway's store and written one after the other by a thread of its own. What
 * cannot be read is given up with a warning: a person agrees once more. Thread-safe; only the constructor blocks.
 */
final class GrantBook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GrantBook.class);
    private static final String NAMESPACE = "oauth-grants";
    private static final long LAST_WRITES_SECONDS = 5;

    private final GatewayStore store;
    private final Seal seal;
    private final Map<String, JsonSlice> documents;
    private final ExecutorService writer = Executors.newSingleThreadExecutor(Workers.daemons("forge-oauth-writer"));

    /**
     * What is kept of one service.
     *
     * @param granted null if nothing was granted, or not any more
     * @param registered the clients that registered themselves, by issuer
     * @param pinned the only issuer that a configured secret may be shown to; null for any
     */
    record Page(
            @Nullable Granted granted,
            Map<String, ClientRegistration> registered,
            @Nullable String pinned) {
        static final Page EMPTY = new Page(null, Map.of(), null);
    }

    GrantBook(GatewayStore store, Seal seal) {
        this.store = store;
        this.seal = seal;
        this.documents = new ConcurrentHashMap<>(store.list(NAMESPACE));
    }

    /** What was kept for this service, unless it was for another URL; no token of another configuration. */
    Page find(String service, URI url, OAuthClient wanted) {
        JsonSlice document = documents.get(key(service));
        if (document == null) {
            return Page.EMPTY;
        }
        try {
            return PageJson.read(seal.open(JSONObjectUtils.parse(text(document))), url, wanted);
        } catch (ParseException | RuntimeException unusable) {
            LOG.warn(
                    "event=oauth_grant_unusable service={} reason=\"{}\" advice=\"authorise the gateway again\"",
                    service,
                    unusable instanceof GatewayException ? unusable.getMessage() : "it cannot be read");
            return Page.EMPTY;
        }
    }

    void save(String service, URI url, OAuthClient wanted, Page page) {
        Map<String, Object> json = seal.close(PageJson.write(url, wanted, page));
        JsonSlice document = JsonSlice.parse(JSONObjectUtils.toJSONString(json).getBytes(StandardCharsets.UTF_8));
        documents.put(key(service), document);
        write(service, () -> store.put(NAMESPACE, key(service), document));
    }

    void remove(String service) {
        if (documents.remove(key(service)) != null) {
            write(service, () -> store.delete(NAMESPACE, key(service)));
        }
    }

    /** Forgets every service but these. */
    void keepOnly(Collection<String> services) {
        Set<String> known = services.stream().map(GrantBook::key).collect(Collectors.toSet());
        for (String kept : new HashSet<>(documents.keySet())) {
            if (!known.contains(kept)) {
                remove(kept);
            }
        }
    }

    private void write(String service, Runnable change) {
        try {
            writer.execute(() -> {
                try {
                    change.run();
                } catch (RuntimeException failed) {
                    LOG.warn(
                            "event=oauth_grant_not_kept service={} reason=\"{}\" effect=\"a restart asks again\"",
                            service,
                            failed.getMessage());
                }
            });
        } catch (RejectedExecutionException closed) {
            LOG.debug("event=oauth_grant_not_kept service={} reason=closing", service);
        }
    }

    private static String key(String service) {
        return service.toLowerCase(Locale.ROOT);
    }

    private static String text(JsonSlice document) {
        return new String(document.toBytes(), StandardCharsets.UTF_8);
    }

    /** Waits a moment for the last changes to be written. */
    @Override
    public void close() {
        writer.shutdown();
        try {
            if (!writer.awaitTermination(LAST_WRITES_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("event=oauth_grants_not_kept reason=\"the store did not answer\"");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
