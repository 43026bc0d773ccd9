package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.catalog.ListsAnnounced;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What servers have said to have changed since that was last taken. Thread-safe. */
public final class Announcements {
    private final Queue<ListsAnnounced> said = new ConcurrentLinkedQueue<>();

    public void add(ListsAnnounced announced) {
        said.add(announced);
    }

    /** What has been said so far; it is not said again. */
    public Taken take() {
        List<ListsAnnounced> taken = new ArrayList<>();
        for (ListsAnnounced next = said.poll(); next != null; next = said.poll()) {
            taken.add(next);
        }
        return new Taken(taken);
    }

    /** What was said at one time. */
    public static final class Taken {
        private final List<ListsAnnounced> all;

        private Taken(List<ListsAnnounced> all) {
            this.all = all;
        }

        /** The lists by service that have changed for a client that is known by these keys. */
        public Map<ServiceName, Set<String>> to(Collection<ClientKey> keys) {
            Map<ServiceName, Set<String>> lists = new HashMap<>();
            for (ListsAnnounced one : all) {
                if (one.client() == null || keys.contains(one.client())) {
                    lists.computeIfAbsent(one.service(), first -> new HashSet<>())
                            .addAll(one.lists());
                }
            }
            return lists;
        }

        /** The lists of which servers said in this client's own conversations that they changed. */
        Set<String> toAlone(ClientKey client) {
            Set<String> lists = new HashSet<>();
            for (ListsAnnounced one : all) {
                if (client.equals(one.client())) {
                    lists.addAll(one.lists());
                }
            }
            return lists;
        }
    }
}
