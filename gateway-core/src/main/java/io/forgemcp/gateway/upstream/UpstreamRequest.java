package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.ParameterHeaders;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A client's request on its way to a server. The upstream side gives it an id and a progress token of its own.
 *
 * @param message as the client sent it
 * @param name replaces {@code params.name}: the tool's or prompt's own name as a quoted JSON string; null to keep it
 * @param timeout how long to wait for the answer
 * @param parameters which arguments of a tool a modern server wants to see repeated as headers
 */
public record UpstreamRequest(Message message, byte @Nullable [] name, Duration timeout, ParameterHeaders parameters) {
    /** A request without parameters that are repeated as headers. */
    public UpstreamRequest(Message message, byte @Nullable [] name, Duration timeout) {
        this(message, name, timeout, ParameterHeaders.NONE);
    }

    /** The same with another time limit. */
    public UpstreamRequest within(Duration limit) {
        return new UpstreamRequest(message, name, limit, parameters);
    }

    /** The call as a person would name it. */
    String what() {
        String tool =
                name == null ? message.text(Field.NAME) : JsonSlice.parse(name).text();
        String uri = message.text(Field.URI);
        return message.method() + (tool != null ? " \"" + tool + "\"" : uri != null ? " " + uri : "");
    }
}
