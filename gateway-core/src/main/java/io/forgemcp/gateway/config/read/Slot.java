package io.forgemcp.gateway.config.read;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.service.WakeTime;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One place in a record's declaration that a YAML value fills: a component, an element of a list or a value of a map.
 *
 * @param name the key; empty for elements
 * @param nullable whether it may be absent without a default
 */
record Slot(String name, Key key, Type type, boolean nullable) {
    /** Records that are one value in a file. */
    private static final Set<Class<?>> WRITTEN_AS_ONE = Set.of(DataSize.class, Ratio.class, WakeTime.class);

    /** The components of a record as keys, in their order. */
    static List<Slot> of(Class<?> record) {
        List<Slot> slots = new ArrayList<>();
        for (RecordComponent component : record.getRecordComponents()) {
            Key key = component.getAnnotation(Key.class);
            if (key == null) {
                throw new IllegalStateException(
                        record.getSimpleName() + "." + component.getName() + " has no @Key: add it with its meaning");
            }
            String name = key.name().isEmpty() ? snakeCase(component.getName()) : key.name();
            boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            slots.add(new Slot(name, key, component.getGenericType(), nullable));
        }
        return slots;
    }

    private static String snakeCase(String camelCase) {
        return camelCase.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /** The slot of the elements of this list or the values of this map. */
    Slot element() {
        Type[] arguments = ((ParameterizedType) type).getActualTypeArguments();
        return new Slot("", key, arguments[arguments.length - 1], false);
    }

    boolean isList() {
        return type instanceof ParameterizedType generic && generic.getRawType() == List.class;
    }

    boolean isMap() {
        return type instanceof ParameterizedType generic && generic.getRawType() == Map.class;
    }

    boolean isTree() {
        return type == JsonNode.class;
    }

    boolean isRecord() {
        return type instanceof Class<?> plain && plain.isRecord() && !WRITTEN_AS_ONE.contains(plain);
    }

    boolean isScalar() {
        return !isList() && !isMap() && !isTree() && !isRecord();
    }

    Class<?> plainType() {
        return (Class<?>) type;
    }
}
