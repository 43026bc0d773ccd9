package io.forgemcp.gateway.inprocess;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.LogLevel;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's conversation with a {@link JavaServer}. Thread-safe. */
final class JavaConversation implements InProcessServer.Conversation {
    private static final Logger LOG = LoggerFactory.getLogger(JavaServer.class);
    private static final int MOST_COMPLETIONS = 100;

    private final ServerContents contents;
    private final Executor workers;
    private final Consumer<Message> toClient;
    /** By the id's JSON text: 1 and "1" are different requests. */
    private final Map<String, ToolCall> running = new ConcurrentHashMap<>();

    private volatile LogLevel logLevel = LogLevel.INFO;
    private volatile boolean closed;

    JavaConversation(ServerContents contents, Executor workers, Consumer<Message> toClient) {
        this.contents = contents;
        this.workers = workers;
        this.toClient = toClient;
    }

    @Override
    public void receive(Message message) {
        if (closed) {
            return;
        }
        if (message.isNotification()) {
            hear(message);
        } else if (message.isRequest()) {
            RequestId id = message.requireId();
            try {
                answer(id, message);
            } catch (GatewayException failure) {
                send(Messages.error(id, failure));
            } catch (RuntimeException failure) {
                LOG.error("server={} method={} failed", contents.name(), message.method(), failure);
                send(Messages.error(id, GatewayException.of(failure)));
            }
        }
        // This server asks nothing, so an answer is a mistake of the client's that hurts nobody.
    }

    private void hear(Message notification) {
        JsonSlice id = notification.get(Message.Field.CANCELLED_ID);
        if (id != null && notification.method().equals("notifications/cancelled")) {
            ToolCall call = running.remove(id.toString());
            if (call != null) {
                call.cancel();
            }
        }
    }

    private void answer(RequestId id, Message request) {
        String method = request.method();
        byte[] list = contents.list(method);
        if (list != null) {
            if (request.has(Message.Field.CURSOR)) {
                throw invalid("This list has one page only, so no cursor fits it.");
            }
            send(Messages.result(id, list));
            return;
        }
        switch (method) {
            case "initialize" -> send(Messages.result(id, contents.initialize(requestedVersion(request))));
            case "ping" -> send(Messages.result(id, Json.write(Json.object())));
            case "logging/setLevel" -> {
                logLevel = requestedLevel(request);
                send(Messages.result(id, Json.write(Json.object())));
            }
            case "tools/call" -> callTool(id, request);
            case "prompts/get" ->
                later(id, contents.prompt(text(request, Message.Field.NAME, "name"), promptArguments(request)));
            case "resources/read" -> later(id, contents.resource(text(request, Message.Field.URI, "uri")));
            case "completion/complete" -> complete(id, request);
            default ->
                throw new GatewayException(
                        ErrorCode.METHOD_NOT_FOUND,
                        "The server \"" + contents.name() + "\" does not know the method \"" + method + "\".");
        }
    }

    private void callTool(RequestId id, Message request) {
        JavaTool tool = contents.tool(text(request, Message.Field.NAME, "name"));
        ObjectNode arguments = object(request, "arguments");
        JsonSlice token = request.get(Message.Field.PROGRESS_TOKEN);
        ToolCall call = new ToolCall(token == null ? null : Json.read(token), this::notifyClient, this::log);
        begin(id, call);
        if (tool.isInline()) {
            run(id, tool, arguments, call);
        } else {
            submit(id, () -> run(id, tool, arguments, call));
        }
    }

    private void begin(RequestId id, ToolCall call) {
        if (running.putIfAbsent(id.json(), call) != null) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST, "A request with the id " + id + " is still being worked on.");
        }
        if (closed) {
            running.remove(id.json());
            call.cancel();
        }
    }

    private void submit(RequestId id, Runnable work) {
        try {
            workers.execute(work);
        } catch (RejectedExecutionException stopped) {
            running.remove(id.json());
            throw new GatewayException(
                    ErrorCode.SHUTTING_DOWN, "The server \"" + contents.name() + "\" is shutting down.", stopped);
        }
    }

    private void run(RequestId id, JavaTool tool, ObjectNode arguments, ToolCall call) {
        if (call.isCancelled()) {
            return;
        }
        try {
            tool.check().check(arguments);
            CompletionStage<ToolResponse> stage = tool.handler().handle(new ToolArguments(arguments), call);
            stage.whenComplete((response, failure) ->
                    finish(id, call, failure == null ? response : failed(tool, GatewayException.unwrap(failure))));
        } catch (Exception | StackOverflowError failure) {
            finish(id, call, failed(tool, failure));
        }
    }

    private void finish(RequestId id, ToolCall call, @Nullable ToolResponse response) {
        running.remove(id.json(), call);
        if (call.finish()) {
            ToolResponse given = response == null ? ToolResponse.error("The tool returned nothing.") : response;
            send(Messages.result(id, given.toBytes()));
        }
    }

    /** A tool's failure is a result that the model can read, not an error of the protocol (MCP, Tools). */
    private ToolResponse failed(JavaTool tool, Throwable failure) {
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        String message = failure.getMessage();
        boolean meantForTheCaller = failure instanceof ToolFailure
                || failure instanceof IllegalArgumentException
                || failure instanceof GatewayException;
        if (meantForTheCaller && message != null) {
            return ToolResponse.error(message);
        }
        if (failure instanceof StackOverflowError) {
            // A thousand equal lines would say no more.
            LOG.warn("server={} tool={} failed reason=StackOverflowError", contents.name(), tool.name());
        } else {
            LOG.warn("server={} tool={} failed", contents.name(), tool.name(), failure);
        }
        return ToolResponse.error("The tool \"" + tool.name() + "\" failed: "
                + failure.getClass().getSimpleName() + (message == null ? "" : ": " + message));
    }

    /** Prompts, resources and completions: their code may block, and their failures are errors of the protocol. */
    private void later(RequestId id, Callable<ObjectNode> work) {
        ToolCall call = new ToolCall(null, this::notifyClient, this::log);
        begin(id, call);
        submit(id, () -> {
            byte[] answer;
            try {
                answer = Messages.result(id, Json.write(work.call()));
            } catch (GatewayException failure) {
                answer = Messages.error(id, failure);
            } catch (Exception | StackOverflowError failure) {
                LOG.warn("server={} failed", contents.name(), failure);
                answer = Messages.error(
                        id,
                        new GatewayException(
                                ErrorCode.INTERNAL, "The server \"" + contents.name() + "\" failed: " + failure));
            }
            running.remove(id.json(), call);
            if (call.finish()) {
                send(answer);
            }
        });
    }

    private void complete(RequestId id, Message request) {
        JavaServer.Completer completer = contents.completer();
        JsonNode params = params(request);
        JsonNode reference = params.path("ref");
        String name = reference.path("name").asText(reference.path("uri").asText());
        String argument = params.path("argument").path("name").asText();
        String typed = params.path("argument").path("value").asText();
        if (name.isEmpty() || argument.isEmpty()) {
            throw invalid("completion/complete needs \"ref\" with a name or uri, and \"argument\" with a name.");
        }
        later(id, () -> {
            List<String> values = completer == null ? List.of() : completer.complete(name, argument, typed);
            ObjectNode result = Json.object();
            ObjectNode completion = result.putObject("completion");
            ArrayNode array = completion.putArray("values");
            values.stream().limit(MOST_COMPLETIONS).forEach(array::add);
            completion.put("total", values.size()).put("hasMore", values.size() > MOST_COMPLETIONS);
            return result;
        });
    }

    private static String requestedVersion(Message request) {
        JsonNode version = params(request).path("protocolVersion");
        if (!version.isTextual()) {
            throw invalid("initialize needs \"protocolVersion\", for example \"2025-11-25\".");
        }
        return version.textValue();
    }

    private static LogLevel requestedLevel(Message request) {
        String level = params(request).path("level").asText();
        return LogLevel.find(level)
                .orElseThrow(
                        () -> invalid(
                                "\"" + level
                                        + "\" is not a log level. Use debug, info, notice, warning, error, critical, alert or emergency."));
    }

    private static Map<String, String> promptArguments(Message request) {
        Map<String, String> arguments = new HashMap<>();
        object(request, "arguments").properties().forEach(given -> {
            if (!given.getValue().isTextual()) {
                throw invalid("The prompt argument \"" + given.getKey() + "\" must be a string.");
            }
            arguments.put(given.getKey(), given.getValue().textValue());
        });
        return arguments;
    }

    private static ObjectNode object(Message request, String member) {
        JsonSlice params = request.get(Message.Field.PARAMS);
        JsonSlice value = params == null ? null : params.member(member);
        if (value == null || value.isNull()) {
            return Json.object();
        }
        if (Json.read(value) instanceof ObjectNode object) {
            return object;
        }
        throw invalid("\"" + member + "\" must be an object.");
    }

    private static JsonNode params(Message request) {
        JsonSlice params = request.get(Message.Field.PARAMS);
        return params == null ? Json.object() : Json.read(params);
    }

    private static String text(Message request, Message.Field field, String name) {
        String value = request.text(field);
        if (value == null) {
            throw invalid(request.method() + " needs the string \"" + name + "\" in its params.");
        }
        return value;
    }

    private static GatewayException invalid(String message) {
        return new GatewayException(ErrorCode.INVALID_PARAMS, message);
    }

    private void log(ToolCall.LogEntry entry) {
        if (entry.level().compareTo(logLevel) >= 0) {
            ObjectNode params = Json.object()
                    .put("level", entry.level().text())
                    .put("logger", contents.name())
                    .put("data", entry.text());
            notifyClient("notifications/message", params);
        }
    }

    private void notifyClient(String method, ObjectNode params) {
        if (!closed) {
            toClient.accept(Messages.notification(method, Json.write(params)));
        }
    }

    private void send(byte[] message) {
        if (!closed) {
            toClient.accept(Message.parse(message));
        }
    }

    @Override
    public void close() {
        closed = true;
        for (ToolCall call : running.values()) {
            call.cancel();
        }
        running.clear();
    }
}
