package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.protocol.Message.Field;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The mention, in {@code _meta}, of the task to which a message, a result or a state belongs (MCP 2025-11-25, Tasks,
 * Related Task Metadata). Servers and clients know a task by different ids, so none may pass as it is.
 */
public final class RelatedTask {
    private static final String NAME = RequestMeta.PREFIX + "related-task";
    private static final String META = "_meta";
    private static final String ID = "taskId";

    private RelatedTask() {}

    /**
     * The id of the task that is mentioned; null if none is.
     *
     * @param meta the {@code _meta} of whatever it is; null for none
     */
    public static @Nullable JsonSlice idIn(@Nullable JsonSlice meta) {
        JsonSlice related = mention(meta);
        return related == null || !related.isObject() ? null : related.member(ID);
    }

    private static @Nullable JsonSlice mention(@Nullable JsonSlice meta) {
        return meta == null || !meta.isObject() ? null : meta.member(NAME);
    }

    /** The object, which has {@code _meta} or gets one, as one that belongs to the task. */
    public static JsonSlice addedTo(JsonSlice object, String id) {
        JsonSlice meta = object.member(META);
        JsonSlice own = meta == null || !meta.isObject() ? JsonSlice.parse("{}") : meta;
        byte[] task = ("{\"" + ID + "\":" + new String(JsonText.quote(id), StandardCharsets.UTF_8) + "}")
                .getBytes(StandardCharsets.UTF_8);
        return object.withMember(META, own.withMember(NAME, task).toBytes());
    }

    /** The object without the mention; the same one if there is none. */
    public static JsonSlice removedFrom(JsonSlice object) {
        JsonSlice meta = object.member(META);
        if (meta == null || mention(meta) == null) {
            return object;
        }
        JsonSlice kept = meta.without(Set.of(NAME));
        return kept.toString().equals("{}") ? object.without(Set.of(META)) : object.withMember(META, kept.toBytes());
    }

    /**
     * The object with the id by which the other side knows the task; the same one if none is mentioned.
     *
     * @param ids gives it; null for a task that the other side does not know, which is not mentioned then
     */
    public static JsonSlice renamedIn(JsonSlice object, UnaryOperator<@Nullable String> ids) {
        JsonSlice meta = object.member(META);
        JsonSlice related = mention(meta);
        if (meta == null || related == null) {
            return object;
        }
        String before = related.isObject() ? related.textMember(ID) : null;
        String after = before == null ? null : ids.apply(before);
        if (after == null) {
            return removedFrom(object);
        }
        byte[] renamed = related.withMember(ID, JsonText.quote(after)).toBytes();
        return object.withMember(META, meta.withMember(NAME, renamed).toBytes());
    }

    /** A request or notification, likewise. */
    public static Message renamedIn(Message message, UnaryOperator<@Nullable String> ids) {
        JsonSlice params = mention(message.get(Field.META)) == null ? null : message.get(Field.PARAMS);
        return params == null
                ? message
                : Message.parse(
                        message.with(Field.PARAMS, renamedIn(params, ids).toBytes()));
    }
}
