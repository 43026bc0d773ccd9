package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.service.ServiceName;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A learnt catalog as a JSON document and back, so that lists are there after a restart without waking anybody. The
 * descriptions inside stay byte for byte what the server sent.
 */
public final class ServerCatalogJson {
    private ServerCatalogJson() {}

    /** @param origin names how the service is launched: a document with another origin is out of date */
    public static JsonSlice write(ServerCatalog catalog, String origin) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        put(out, "{\"origin\":", JsonText.quote(origin));
        put(out, ",\"learntAt\":", JsonText.quote(String.valueOf(catalog.learntAt())));
        if (catalog.initialize() != null) {
            put(out, ",\"initialize\":", catalog.initialize().toBytes());
        }
        Caching caching = catalog.caching();
        if (caching != null) {
            put(
                    out,
                    ",\"ttlMs\":" + caching.ttlMillis() + ",\"cacheScope\":\""
                            + (caching.isPublic() ? "public" : "private") + "\"",
                    new byte[0]);
        }
        putEntries(out, "tools", catalog.tools());
        putEntries(out, "prompts", catalog.prompts());
        putEntries(out, "resources", catalog.resources());
        putEntries(out, "resourceTemplates", catalog.templates());
        out.write('}');
        return JsonSlice.parse(out.toByteArray());
    }

    private static void putEntries(ByteArrayOutputStream out, String name, List<CatalogEntry> entries) {
        put(out, ",\"" + name + "\":[", new byte[0]);
        for (int i = 0; i < entries.size(); i++) {
            put(out, i == 0 ? "" : ",", entries.get(i).json().toBytes());
        }
        out.write(']');
    }

    private static void put(ByteArrayOutputStream out, String head, byte[] json) {
        out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(json);
    }

    /** Empty if the document is damaged or of another origin. */
    public static Optional<ServerCatalog> read(ServiceName service, JsonSlice json, String origin) {
        try {
            String learntAt = json.textMember("learntAt");
            if (!origin.equals(json.textMember("origin")) || learntAt == null) {
                return Optional.empty();
            }
            JsonSlice initialize = json.member("initialize");
            return Optional.of(new ServerCatalog(
                    service,
                    initialize == null ? null : initialize.detached(),
                    entries(json.member("tools"), "name"),
                    entries(json.member("prompts"), "name"),
                    entries(json.member("resources"), "uri"),
                    entries(json.member("resourceTemplates"), "uriTemplate"),
                    Instant.parse(learntAt),
                    null,
                    caching(json)));
        } catch (DateTimeException damaged) {
            return Optional.empty();
        }
    }

    /** What a result or a document says about how long it may be kept; null if it does not say. */
    static @Nullable Caching caching(JsonSlice json) {
        JsonSlice ttl = json.member("ttlMs");
        if (ttl == null || !ttl.isNumber() || ttl.length() > 15) {
            return null;
        }
        try {
            return new Caching(
                    Math.max(0, Long.parseLong(ttl.toString())), "public".equals(json.textMember("cacheScope")));
        } catch (NumberFormatException noInteger) {
            return null;
        }
    }

    /** The well-formed entries of a list; one without a name is left out, and the rest survive it. */
    static List<CatalogEntry> entries(@Nullable JsonSlice list, String key) {
        List<CatalogEntry> entries = new ArrayList<>();
        if (list != null) {
            for (JsonSlice element : list.elements()) {
                String name = element.textMember(key);
                if (name != null) {
                    entries.add(new CatalogEntry(name, element.detached()));
                }
            }
        }
        return entries;
    }
}
