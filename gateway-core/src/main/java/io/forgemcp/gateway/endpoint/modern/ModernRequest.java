package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.McpRequest;
import io.forgemcp.gateway.protocol.JsonDigest;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.protocol.RequestMeta;
import io.forgemcp.gateway.security.Caller;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request of a modern client.
 *
 * @param http how it came
 * @param message what it says
 * @param meta what it says of itself
 */
record ModernRequest(McpRequest http, Message message, RequestMeta meta) {
    /** What a retry adds to the parameters of the request it repeats. */
    static final Set<String> RETRY = Set.of("inputResponses", "requestState");

    private static final Set<String> NOT_THE_REQUEST = Set.of("_meta", "inputResponses", "requestState");

    RequestId id() {
        return message.requireId();
    }

    String method() {
        return message.method();
    }

    Caller caller() {
        return http.caller();
    }

    @Nullable
    String virtualServer() {
        return http.virtualServer();
    }

    /** The member of the parameters with this name; null if there is none. */
    @Nullable
    JsonSlice parameter(String name) {
        JsonSlice params = message.get(Field.PARAMS);
        return params == null ? null : params.member(name);
    }

    /** The state that the client brings back; null if this is no retry. */
    @Nullable
    String state() {
        JsonSlice params = message.get(Field.PARAMS);
        return params == null ? null : params.textMember("requestState");
    }

    /** Who and what a state for this request is bound to. */
    RequestStates.Binding binding() {
        byte[] owner = (caller().principal() + '\0' + virtualServer()).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream request = new ByteArrayOutputStream(64);
        request.writeBytes(method().getBytes(StandardCharsets.UTF_8));
        request.write(0);
        request.writeBytes(JsonDigest.of(message.get(Field.PARAMS), NOT_THE_REQUEST));
        return new RequestStates.Binding(owner, request.toByteArray());
    }

    /** The request that this one repeats, without what makes it a retry. */
    Message withoutRetry() {
        JsonSlice params = message.get(Field.PARAMS);
        return params == null
                ? message
                : Message.parse(message.with(Field.PARAMS, params.without(RETRY).toBytes()));
    }
}
