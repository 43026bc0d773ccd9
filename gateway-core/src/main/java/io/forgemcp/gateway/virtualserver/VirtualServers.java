package io.forgemcp.gateway.virtualserver;

import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The virtual servers of a gateway and their views. Views are built when somebody asks and kept until the catalog
 * changes. Thread-safe.
 */
public final class VirtualServers {
    /** The name of the virtual server over everything, which has no limit on tools and is not listed. */
    public static final String EVERYTHING = "everything";

    private final Supplier<CatalogSnapshot> catalog;
    private final Slot everything;
    private final Map<String, Slot> byName = new ConcurrentSkipListMap<>();
    private final Map<String, Slot> byAlias = new ConcurrentHashMap<>();

    /** A virtual server with its latest view. */
    private static final class Slot {
        private final VirtualServer server;
        private final boolean limited;
        private volatile @Nullable ServerView view;

        private Slot(VirtualServer server, boolean limited) {
            this.server = server;
            this.limited = limited;
        }

        private ServerView view(CatalogSnapshot snapshot) {
            ServerView latest = view;
            if (latest == null || latest.catalogVersion() != snapshot.version()) {
                // Two callers may build it at once after a change: cheaper than making all callers wait for a lock.
                latest = new ServerViewBuilder(server, snapshot, limited).build();
                view = latest;
            }
            return latest;
        }
    }

    /**
     * @param catalog where the present snapshot comes from
     * @param naming of the virtual server over everything
     */
    public VirtualServers(Supplier<CatalogSnapshot> catalog, Naming naming) {
        this.catalog = catalog;
        this.everything = new Slot(VirtualServer.of(EVERYTHING, List.of(), naming), false);
    }

    /**
     * Adds a virtual server.
     *
     * @throws GatewayException if one with this name exists
     */
    public void add(VirtualServer server) {
        Slot slot = new Slot(server, true);
        if (byName.putIfAbsent(key(server.name()), slot) != null) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS, "A virtual server named \"" + server.name() + "\" already exists.");
        }
        byAlias.putIfAbsent(ExposedNames.slug(server.name()), slot);
        byAlias.put(server.id().toString(), slot);
    }

    /** All enabled and disabled ones, by name. */
    public List<VirtualServer> all() {
        return byName.values().stream().map(slot -> slot.server).toList();
    }

    /** The one with this name, slug or id. */
    public Optional<VirtualServer> find(String nameOrId) {
        return Optional.ofNullable(slot(nameOrId)).map(slot -> slot.server);
    }

    private @Nullable Slot slot(String nameOrId) {
        Slot named = byName.get(key(nameOrId));
        return named != null ? named : byAlias.get(key(nameOrId));
    }

    /**
     * What the virtual server shows now.
     *
     * @param nameOrId name, slug or id; null for everything
     * @throws GatewayException with {@link ErrorCode#UNKNOWN_VIRTUAL_SERVER} if there is none or it is disabled
     */
    public ServerView view(@Nullable String nameOrId) {
        return enabled(nameOrId).view(catalog.get());
    }

    /**
     * What the virtual server shows of another catalog than everybody's; built for this call.
     *
     * @param nameOrId as for {@link #view(String)}
     */
    public ServerView view(@Nullable String nameOrId, CatalogSnapshot seen) {
        Slot slot = enabled(nameOrId);
        return new ServerViewBuilder(slot.server, seen, slot.limited).build();
    }

    private Slot enabled(@Nullable String nameOrId) {
        Slot slot = nameOrId == null ? everything : slot(nameOrId);
        if (slot == null || !slot.server.enabled()) {
            throw new GatewayException(
                    ErrorCode.UNKNOWN_VIRTUAL_SERVER,
                    "There is no enabled virtual server \"" + nameOrId + "\". GET /servers lists them.");
        }
        return slot;
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
