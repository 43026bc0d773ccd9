package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a client that listens wants to hear (MCP 2026-07-28, Subscriptions).
 *
 * @param lists the lists whose changes it wants to hear of
 * @param uris the resources whose updates it wants to hear of
 * @param tasks the ids of the tasks whose changes it wants to hear of
 */
record ListenFilter(Set<Kind> lists, Set<String> uris, Set<String> tasks) {
    private static final int MAX_TASKS = 100;
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
        Set<String> uris = texts(asked, "resourceSubscriptions", MAX_URIS, "URIs");
        return new ListenFilter(lists, updates ? uris : Set.of(), texts(asked, "taskIds", MAX_TASKS, "ids"));
    }

    private static Set<String> texts(JsonSlice filter, String name, int most, String what) {
        JsonSlice asked = filter.member(name);
        Set<String> texts = new LinkedHashSet<>();
        if (asked == null) {
            return texts;
        }
        for (JsonSlice text : asked.elements()) {
            if (text.isString()) {
                texts.add(text.text());
            }
        }
        if (!asked.isArray() || texts.size() < asked.elements().size() || texts.size() > most) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    "params.notifications." + name + " has to be a list of at most " + most + " different " + what
                            + ".");
        }
        return texts;
    }

    /** The same with these tasks only. */
    ListenFilter withTasks(List<TaskTable.Task> known) {
        return new ListenFilter(
                lists,
                uris,
                known.stream().map(TaskTable.Task::id).collect(Collectors.toCollection(LinkedHashSet::new)));
    }

    boolean isEmpty() {
        return lists.isEmpty() && uris.isEmpty() && tasks.isEmpty();
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
        append(json, "resourceSubscriptions", uris);
        append(json, "taskIds", tasks);
        return json.append('}').toString();
    }

    private static void append(StringBuilder json, String name, Set<String> texts) {
        if (!texts.isEmpty()) {
            json.append(json.length() == 1 ? "" : ",")
                    .append(texts.stream()
                            .map(text -> new String(JsonText.quote(text), StandardCharsets.UTF_8))
                            .collect(Collectors.joining(",", "\"" + name + "\":[", "]")));
        }
    }
}
