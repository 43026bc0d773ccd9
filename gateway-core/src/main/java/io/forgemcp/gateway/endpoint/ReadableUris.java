package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that a resource which a server mentions can be read through the gateway: where its URI would lead to another
 * server or to none, it is exposed under one that leads back. Only links, embedded resources and the contents of a
 * resource are looked at, and only where a virtual server has several servers behind it. Immutable.
 */
public final class ReadableUris {
    private static final byte[] URI = "\"uri\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RESOURCE = "\"resource".getBytes(StandardCharsets.US_ASCII);

    private final ServerView view;
    private final ServiceName service;

    private ReadableUris(ServerView view, ServiceName service) {
        this.view = view;
        this.service = service;
    }

    /** The answer of this server as the clients of the view can use it; the same object if nothing has to change. */
    public static Message expose(ServerView view, ServiceName service, Message answer) {
        JsonSlice result = view.services().size() < 2 ? null : answer.get(Field.RESULT);
        // One look at the bytes settles it for nearly all results.
        if (result == null || !result.isObject() || !result.mentions(URI)) {
            return answer;
        }
        JsonSlice exposed = new ReadableUris(view, service).exposed(result);
        return exposed == result ? answer : Message.parse(answer.with(Field.RESULT, exposed.toBytes()));
    }

    private JsonSlice exposed(JsonSlice result) {
        JsonSlice changed = list(result, "contents", this::content);
        // "resource_link" and "resource" are the types; a result that mentions neither has nothing to expose.
        return changed.mentions(RESOURCE) ? messages(list(changed, "content", this::block)) : changed;
    }

    private JsonSlice messages(JsonSlice result) {
        return list(result, "messages", message -> {
            JsonSlice content = message.member("content");
            JsonSlice changed = content == null || !content.isObject() ? content : block(content);
            return changed == content || changed == null ? message : message.withMember("content", changed.toBytes());
        });
    }

    private JsonSlice block(JsonSlice block) {
        String type = block.textMember("type");
        if ("resource_link".equals(type)) {
            return content(block);
        }
        JsonSlice resource = "resource".equals(type) ? block.member("resource") : null;
        JsonSlice changed = resource == null ? null : content(resource);
        return changed == resource || changed == null ? block : block.withMember("resource", changed.toBytes());
    }

    private JsonSlice content(JsonSlice content) {
        String uri = content.textMember("uri");
        String exposed = uri == null ? null : view.exposedUri(service, uri);
        return exposed == null || exposed.equals(uri) ? content : content.withMember("uri", JsonText.quote(exposed));
    }

    private interface Change {
        JsonSlice of(JsonSlice element);
    }

    private static JsonSlice list(JsonSlice result, String member, Change change) {
        JsonSlice list = result.member(member);
        List<JsonSlice> elements = list == null ? List.of() : list.elements();
        ByteArrayOutputStream out = null;
        for (int i = 0; i < elements.size(); i++) {
            JsonSlice changed = change.of(elements.get(i));
            if (changed != elements.get(i) && out == null) {
                out = start(elements.subList(0, i));
            }
            if (out != null) {
                out.writeBytes((i == 0 ? "" : ",").getBytes(StandardCharsets.US_ASCII));
                out.writeBytes(changed.toBytes());
            }
        }
        return out == null ? result : result.withMember(member, ended(out));
    }

    private static ByteArrayOutputStream start(List<JsonSlice> unchanged) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write('[');
        for (int i = 0; i < unchanged.size(); i++) {
            out.writeBytes((i == 0 ? "" : ",").getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(unchanged.get(i).toBytes());
        }
        return out;
    }

    private static byte[] ended(ByteArrayOutputStream out) {
        out.write(']');
        return out.toByteArray();
    }

    /** A notification about a resource of this server under its exposed URI; the same object if that is its own. */
    static Message notification(@Nullable ServerView view, ServiceName service, Message notification) {
        String uri = view == null ? null : notification.text(Field.URI);
        String exposed = uri == null || view == null ? null : view.exposedUri(service, uri);
        return exposed == null || exposed.equals(uri)
                ? notification
                : Message.parse(notification.with(Field.URI, JsonText.quote(exposed)));
    }
}
