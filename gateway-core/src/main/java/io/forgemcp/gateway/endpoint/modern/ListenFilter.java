package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a client that listens wants to hear (MCP 2026-07-28, Subscriptions).
 *
 * @param lists the lists whose changes it wants to hear of
 * @param uris the resources whose updates it wants to hear of
 */
record ListenFilter(Set<Kind> lists, Set<String> uris) {
    private static final int MAX_URIS = 1_000;

    /** The lists that can change. */
    enum Kind {
        TOOLS("tools"),
        PROMPTS("prompts"),
        RESOURCES("resources");

        private final String list;

        Kind(String list) {
            this.list = list;
        }

        /** As it is called in {@code notifications/.../list_changed}. */
        String list() {
            return list;
        }

        private String flag() {
            return list + "ListChanged";
        }
    }

    /**
     * Reads what was asked.
     *
     * @param updates whether anybody behind can tell of updated resources
     * @throws GatewayException with {@link ErrorCode#INVALID_PARAMS}
     */
    static ListenFilter read(@Nullable JsonSlice asked, boolean updates) {
        if (asked == null || !asked.isObject()) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS, "subscriptions/listen needs the object params.notifications.");
        }
        Set<Kind> lists = EnumSet.noneOf(Kind.class);
        for (Kind kind : Kind.values()) {
            JsonSlice wanted = asked.member(kind.flag());
            if (wanted != null && !wanted.isBoolean()) {
                throw new GatewayException(
                        ErrorCode.INVALID_PARAMS, "params.notifications." + kind.flag() + " has to be true or false.");
            }
            if (wanted != null && wanted.isTrue()) {
                lists.add(kind);
            }
        }
        return new ListenFilter(lists, uris(asked.member("resourceSubscriptions"), updates));
    }

    private static Set<String> uris(@Nullable JsonSlice asked, boolean updates) {
        Set<String> uris = new LinkedHashSet<>();
        if (asked == null) {
            return uris;
        }
        for (JsonSlice uri : asked.elements()) {
            if (uri.isString()) {
                uris.add(uri.text());
            }
        }
        if (!asked.isArray() || uris.size() < asked.elements().size() || uris.size() > MAX_URIS) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    "params.notifications.resourceSubscriptions has to be a list of at most " + MAX_URIS
                            + " different URIs.");
        }
        return updates ? uris : Set.of();
    }

    boolean isEmpty() {
        return lists.isEmpty() && uris.isEmpty();
    }

    /** As it is acknowledged. */
    String json() {
        StringBuilder json = new StringBuilder("{");
        for (Kind kind : lists) {
            json.append(json.length() == 1 ? "" : ",")
                    .append('"')
                    .append(kind.flag())
                    .append("\":true");
        }
        if (!uris.isEmpty()) {
            json.append(json.length() == 1 ? "" : ",")
                    .append(uris.stream()
                            .map(uri -> new String(JsonText.quote(uri), StandardCharsets.UTF_8))
                            .collect(Collectors.joining(",", "\"resourceSubscriptions\":[", "]")));
        }
        return json.append('}').toString();
    }
}
