package io.forgemcp.server.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.server.http.RestAnswer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collector;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes the JSON of REST answers. What servers sent goes in as it came. */
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    public static <T> ArrayNode array(Stream<T> items, Function<T, JsonNode> write) {
        return items.map(write).collect(Collector.of(Json::array, ArrayNode::add, ArrayNode::addAll));
    }

    public static ArrayNode texts(Stream<String> items) {
        return array(items, JsonNodeFactory.instance::textNode);
    }

    /** Puts a part of a server's message, unread; nothing if it is absent. */
    public static void raw(ObjectNode target, String name, @Nullable JsonSlice value) {
        if (value != null) {
            target.putRawValue(name, new RawValue(value.toString()));
        }
    }

    public static byte[] bytes(JsonNode json) {
        try {
            return MAPPER.writeValueAsBytes(json);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public static RestAnswer answer(int status, JsonNode json) {
        return RestAnswer.json(status, bytes(json));
    }

    public static CompletionStage<RestAnswer> ok(JsonNode json) {
        return CompletableFuture.completedFuture(answer(200, json));
    }

    /** The same id for the same name in every run and on every machine. */
    public static String id(String kind, String name) {
        return UUID.nameUUIDFromBytes(("forge-" + kind + ":" + name).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
