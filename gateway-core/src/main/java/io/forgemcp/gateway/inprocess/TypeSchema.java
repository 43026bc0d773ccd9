package io.forgemcp.gateway.inprocess;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Describes Java types as JSON Schema: text, numbers, truth values, enums, lists, maps and records of these. */
final class TypeSchema {
    private static final Set<Class<?>> WHOLE = Set.of(
            int.class,
            Integer.class,
            long.class,
            Long.class,
            short.class,
            Short.class,
            byte.class,
            Byte.class,
            BigInteger.class);
    private static final Set<Class<?>> DECIMAL =
            Set.of(double.class, Double.class, float.class, Float.class, BigDecimal.class, Number.class);

    private final String where;
    private final Set<Class<?>> open = new HashSet<>();

    /** @param where names the place in errors */
    TypeSchema(String where) {
        this.where = where;
    }

    /** @throws IllegalArgumentException if the type cannot be described */
    Schema of(Type type) {
        if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
            Type[] arguments = generic.getActualTypeArguments();
            if (Collection.class.isAssignableFrom(raw)) {
                return Schema.array("", of(arguments[0]));
            }
            if (Map.class.isAssignableFrom(raw) && arguments[0] == String.class) {
                ObjectNode map = Json.object().put("type", "object");
                map.set("additionalProperties", of(arguments[1]).node());
                return Schema.of(map);
            }
        }
        if (type instanceof Class<?> simple) {
            return ofClass(simple);
        }
        throw unsupported(type);
    }

    private Schema ofClass(Class<?> type) {
        if (type == String.class) {
            return Schema.string("");
        } else if (type == boolean.class || type == Boolean.class) {
            return Schema.bool("");
        } else if (WHOLE.contains(type)) {
            return Schema.integer("");
        } else if (DECIMAL.contains(type)) {
            return Schema.number("");
        } else if (type.isEnum()) {
            return Schema.oneOf(
                    "",
                    Arrays.stream(type.getEnumConstants())
                            .map(constant -> ((Enum<?>) constant).name())
                            .toArray(String[]::new));
        } else if (type.isArray()) {
            return Schema.array("", of(type.getComponentType()));
        } else if (type.isRecord()) {
            return ofRecord(type);
        } else if (MethodTools.isTree(type)) {
            return Schema.of(type == ObjectNode.class ? Json.object().put("type", "object") : Json.object());
        }
        throw unsupported(type);
    }

    private Schema ofRecord(Class<?> type) {
        if (!open.add(type)) {
            throw new IllegalArgumentException(where + ": the record " + type.getName()
                    + " contains itself, which a schema without references cannot say. Take a JsonNode instead.");
        }
        Schema schema = Schema.object();
        RecordComponent[] components = type.getRecordComponents();
        // An annotation for parameters lands on the parameters of the canonical constructor, not on the components.
        Parameter[] parameters = canonical(type, components).getParameters();
        for (int i = 0; i < components.length; i++) {
            Param param = parameters[i].getAnnotation(Param.class);
            Schema member = of(components[i].getGenericType());
            Schema described = param == null || param.value().isEmpty() ? member : member.described(param.value());
            String name = components[i].getName();
            schema = param == null || param.required()
                    ? schema.required(name, described)
                    : schema.optional(name, described);
        }
        open.remove(type);
        return schema;
    }

    private static Constructor<?> canonical(Class<?> type, RecordComponent[] components) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types);
        } catch (NoSuchMethodException impossible) {
            throw new IllegalStateException(type + " has no canonical constructor", impossible);
        }
    }

    private IllegalArgumentException unsupported(Type type) {
        return new IllegalArgumentException(where + ": " + type.getTypeName()
                + " cannot be described to a model. Use String, a number, boolean, an enum, a List, a Map with String"
                + " keys, a record of these, or JsonNode.");
    }

    /** The value as the Java type. */
    static Object convert(String name, JsonNode value, Type type) {
        try {
            return Json.MAPPER.readerFor(Json.MAPPER.constructType(type)).readValue(value);
        } catch (JsonProcessingException failure) {
            throw ToolArguments.misfit(name, failure);
        } catch (IOException impossible) {
            throw new UncheckedIOException("A tree could not be read", impossible);
        }
    }
}
