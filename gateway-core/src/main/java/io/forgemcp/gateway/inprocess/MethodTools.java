package io.forgemcp.gateway.inprocess;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Makes tools of an object's annotated methods. */
final class MethodTools {
    /** One parameter; a null name stands for the call itself. */
    private record Slot(@Nullable String name, Type type, boolean required) {}

    private final Object target;

    MethodTools(Object target) {
        this.target = target;
    }

    /** In the order of their names, because reflection keeps none. */
    List<JavaTool> tools() {
        List<JavaTool> tools = Arrays.stream(target.getClass().getMethods())
                .filter(method -> method.isAnnotationPresent(Tool.class) && !method.isBridge())
                .sorted(Comparator.comparing(Method::getName))
                .map(this::tool)
                .toList();
        for (Method method : target.getClass().getDeclaredMethods()) {
            if (method.isAnnotationPresent(Tool.class) && !Modifier.isPublic(method.getModifiers())) {
                throw new IllegalArgumentException(method + " carries @Tool but is not public. Make it public.");
            }
        }
        if (tools.isEmpty()) {
            throw new IllegalArgumentException(
                    target.getClass().getName() + " has no public method that carries @Tool. Annotate at least one.");
        }
        return tools;
    }

    private JavaTool tool(Method method) {
        Tool annotation = method.getAnnotation(Tool.class);
        if (!method.trySetAccessible()) {
            throw new IllegalArgumentException(method + " cannot be called from here. Make "
                    + method.getDeclaringClass().getSimpleName()
                    + " public, or open its package to io.forgemcp.gateway.");
        }
        List<Slot> slots = new ArrayList<>();
        Schema input = Schema.object();
        for (Parameter parameter : method.getParameters()) {
            if (parameter.getType() == ToolCall.class) {
                slots.add(new Slot(null, ToolCall.class, false));
                continue;
            }
            Slot slot = slot(method, parameter);
            slots.add(slot);
            Param param = parameter.getAnnotation(Param.class);
            Schema schema = new TypeSchema(method + ", parameter \"" + slot.name() + "\"").of(slot.type());
            Schema described = param == null || param.value().isEmpty() ? schema : schema.described(param.value());
            String name = String.valueOf(slot.name());
            input = slot.required() ? input.required(name, described) : input.optional(name, described);
        }
        JavaTool.Builder builder = JavaTool.named(
                        annotation.name().isEmpty() ? method.getName() : annotation.name(), annotation.value())
                .input(input);
        if (annotation.readOnly()) {
            builder.annotations(ToolAnnotations.READ_ONLY);
        }
        if (annotation.inline()) {
            builder.inline();
        }
        boolean later = CompletionStage.class.isAssignableFrom(method.getReturnType());
        return later
                ? builder.async((arguments, call) -> stage(invoke(method, slots, arguments, call)))
                : builder.handler((arguments, call) -> response(invoke(method, slots, arguments, call)));
    }

    private static Slot slot(Method method, Parameter parameter) {
        Param param = parameter.getAnnotation(Param.class);
        String name = param == null ? "" : param.name();
        if (name.isEmpty()) {
            if (!parameter.isNamePresent()) {
                throw new IllegalArgumentException("The names of the parameters of " + method
                        + " are not in its class file. Compile with -parameters, or give each @Param(name = ...).");
            }
            name = parameter.getName();
        }
        boolean required = param == null || param.required();
        if (!required && parameter.getType().isPrimitive()) {
            throw new IllegalArgumentException("The parameter \"" + name + "\" of " + method
                    + " is optional but primitive, so it cannot be null. Use its wrapper type.");
        }
        return new Slot(name, parameter.getParameterizedType(), required);
    }

    private @Nullable Object invoke(Method method, List<Slot> slots, ToolArguments arguments, ToolCall call)
            throws Exception {
        @Nullable Object[] values = new @Nullable Object[slots.size()];
        for (int i = 0; i < values.length; i++) {
            Slot slot = slots.get(i);
            if (slot.name() == null) {
                values[i] = call;
                continue;
            }
            JsonNode value = slot.required() ? arguments.require(slot.name()) : arguments.find(slot.name());
            values[i] = value == null ? null : TypeSchema.convert(slot.name(), value, slot.type());
        }
        try {
            return method.invoke(target, values);
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getCause();
            if (cause instanceof Exception exception) {
                throw exception;
            }
            if (cause instanceof StackOverflowError) {
                throw new ToolFailure("The tool recursed too deeply.", cause);
            }
            throw thrown;
        }
    }

    private static CompletionStage<ToolResponse> stage(@Nullable Object returned) {
        return returned instanceof CompletionStage<?> stage
                ? stage.thenApply(MethodTools::response)
                : CompletableFuture.completedFuture(response(returned));
    }

    private static ToolResponse response(@Nullable Object value) {
        if (value == null) {
            return ToolResponse.text("Done.");
        }
        return value instanceof ToolResponse response ? response : ToolResponse.json(value);
    }

    /** An object node is the one tree that is a type of its own in a schema. */
    static boolean isTree(Type type) {
        return type == JsonNode.class || type == ObjectNode.class;
    }
}
