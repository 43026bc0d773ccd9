package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.catalog.Catalog;
import io.forgemcp.gateway.catalog.OwnCatalogs;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.security.AccessPolicy;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.virtualserver.Route;
import io.forgemcp.gateway.virtualserver.ServerView;
import io.forgemcp.gateway.virtualserver.VirtualServers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Says what a caller sees and where the names it uses lead; servers that never ran and may be meant are started and asked
 * first. What a caller may not use looks as if it did not exist. Thread-safe; never blocks.
 */
public final class RouteFinder {
    private final VirtualServers virtualServers;
    private final Catalog catalog;
    private final AccessPolicy policy;
    private final OwnViews ownViews;

    /** @param own what servers offer single clients */
    public RouteFinder(VirtualServers virtualServers, Catalog catalog, OwnCatalogs own, AccessPolicy policy) {
        this.virtualServers = virtualServers;
        this.catalog = catalog;
        this.policy = policy;
        this.ownViews = new OwnViews(virtualServers, catalog::snapshot, own);
    }

    /** Hears where a name leads, or why it leads nowhere; exactly one of the two, on any thread. */
    public interface Receiver {
        void found(Route route);

        void refused(GatewayException reason);

        /** Before either: this service has to say what it offers, for which it may have to be woken. */
        default void asks(ServiceName owner) {}
    }

    /**
     * What the virtual server shows now.
     *
     * @throws GatewayException if there is none, or not for this caller
     */
    public ServerView view(Viewer viewer) {
        ServerView view = virtualServers.view(viewer.virtualServer());
        if (!policy.mayUse(viewer.caller(), view.server().name())) {
            throw new GatewayException(
                    ErrorCode.UNKNOWN_VIRTUAL_SERVER,
                    "There is no enabled virtual server \"" + viewer.virtualServer() + "\". GET /servers lists them.");
        }
        return ownViews.of(viewer, view);
    }

    /** The client has gone. */
    public void forget(ClientKey client) {
        ownViews.forget(client);
    }

    public boolean isVisible(Caller caller, Route route) {
        return policy.mayCall(caller, route.service(), route.original());
    }

    /** Whether every caller sees the same, so that one caller's lists are another's too. */
    public boolean isUniform() {
        return policy.isUniform();
    }

    /**
     * Servers that never ran and are missing from the lists are learnt in the background, once: those of a virtual server
     * that somebody chose by hand all at once, those of the endpoint over everything a few at a time. The lists say what is
     * missing, and a list_changed follows.
     *
     * @return done when none of them is to be waited for any longer, after 10 seconds at most; null if none is
     */
    public @Nullable CompletableFuture<?> learnWhatIsMissing(ServerView view) {
        if (view.unlearnt().isEmpty()) {
            return null;
        }
        boolean everything = view.server().services().isEmpty();
        List<CompletableFuture<Void>> waitedFor = new ArrayList<>();
        for (ServiceName service : view.unlearnt()) {
            CompletableFuture<Void> one = catalog.learnFirst(service, everything);
            if (one != null) {
                waitedFor.add(one);
            }
        }
        return waitedFor.isEmpty() ? null : CompletableFuture.allOf(waitedFor.toArray(CompletableFuture<?>[]::new));
    }

    /** Finds the way to what the caller names; at once if everybody who may be meant is known. */
    public void find(Viewer viewer, Offering offering, String name, Receiver receiver) {
        ServerView view = view(viewer);
        Route route = offering.find(view, name);
        List<ServiceName> owners = route == null ? offering.unlearntOwners(view, name) : List.of();
        if (owners.isEmpty()) {
            deliver(viewer.caller(), offering, name, route, receiver);
            return;
        }
        owners.forEach(receiver::asks);
        CompletableFuture<?>[] learning = owners.stream()
                .map(owner -> catalog.refresh(owner).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(learning).whenComplete((learnt, failure) -> {
            Route found;
            try {
                found = offering.find(view(viewer), name);
            } catch (GatewayException gone) {
                receiver.refused(gone);
                return;
            }
            if (found == null && failure != null) {
                receiver.refused(GatewayException.of(failure));
            } else {
                deliver(viewer.caller(), offering, name, found, receiver);
            }
        });
    }

    private void deliver(Caller caller, Offering offering, String name, @Nullable Route route, Receiver receiver) {
        if (route == null || !isVisible(caller, route)) {
            receiver.refused(offering.unknown(name));
        } else {
            receiver.found(route);
        }
    }
}
