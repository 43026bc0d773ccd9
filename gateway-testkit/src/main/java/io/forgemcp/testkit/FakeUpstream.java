package io.forgemcp.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * An MCP server inside the test that answers, fails, waits or talks nonsense as it is told, and remembers everything that
 * it heard. Thread-safe; tools may be added and changed while it runs.
 *
 * <pre>{@code
 * FakeUpstream upstream = new FakeUpstream("fake")
 *         .tool("echo", Behaviour.echo())
 *         .tool("slow", Behaviour.held());
 * upstream.release();          // answers everything that is held
 * upstream.calls("echo");      // how often the tool was called
 * }</pre>
 */
public final class FakeUpstream implements InProcessServer {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String name;
    private final Map<String, Behaviour> tools = new LinkedHashMap<>();
    private final List<Message> heard = new CopyOnWriteArrayList<>();
    private final List<Runnable> held = new ArrayList<>();
    private final Set<Talk> open = ConcurrentHashMap.newKeySet();
    private volatile int opened;

    public FakeUpstream(String name) {
        this.name = name;
    }

    /** Adds a tool, or changes what one does. */
    public FakeUpstream tool(String tool, Behaviour behaviour) {
        synchronized (tools) {
            tools.put(tool, behaviour);
        }
        return this;
    }

    /** This server as a service. */
    public ServiceDefinition.Builder service() {
        return ServiceDefinition.java(name, this);
    }

    /** How often the tool was called. */
    public int calls(String tool) {
        return (int) heard.stream()
                .filter(message -> message.isRequest()
                        && message.method().equals("tools/call")
                        && tool.equals(message.text(Message.Field.NAME)))
                .count();
    }

    /** How many requests and notifications with this method it heard. */
    public int heard(String method) {
        return (int) heard.stream()
                .filter(message -> !message.isAnswer() && message.method().equals(method))
                .count();
    }

    /** Everything that it heard, in order. */
    public List<Message> messages() {
        return List.copyOf(heard);
    }

    /** How many conversations were opened, ever. */
    public int conversations() {
        return opened;
    }

    /** How many conversations are open now: a test that ends with some may have found a leak. */
    public int openConversations() {
        return open.size();
    }

    /** Answers all calls that are held, in the order in which they came, and returns how many. */
    public int release() {
        List<Runnable> answers;
        synchronized (held) {
            answers = List.copyOf(held);
            held.clear();
        }
        answers.forEach(Runnable::run);
        return answers.size();
    }

    /** How many calls are held. */
    public int waiting() {
        synchronized (held) {
            return held.size();
        }
    }

    /** Sends a notification to every client. */
    public void announce(String method) {
        open.forEach(talk -> talk.toClient.accept(Messages.notification(method, null)));
    }

    void hold(Runnable answer) {
        synchronized (held) {
            held.add(answer);
        }
    }

    @Override
    public Conversation open(Consumer<Message> toClient) {
        Talk talk = new Talk(toClient);
        synchronized (tools) {
            opened++;
        }
        open.add(talk);
        return talk;
    }

    private byte[] toolList() {
        ObjectNode result = MAPPER.createObjectNode();
        ArrayNode list = result.putArray("tools");
        synchronized (tools) {
            for (String tool : tools.keySet()) {
                list.addObject()
                        .put("name", tool)
                        .put("description", "The tool " + tool + " of " + name)
                        .putObject("inputSchema")
                        .put("type", "object");
            }
        }
        return bytes(result.toString());
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private final class Talk implements Conversation {
        private final Consumer<Message> toClient;

        Talk(Consumer<Message> toClient) {
            this.toClient = toClient;
        }

        @Override
        public void receive(Message message) {
            heard.add(message);
            if (!message.isRequest()) {
                return;
            }
            RequestId id = message.requireId();
            switch (message.method()) {
                case "initialize" -> result(id, handshake(message));
                case "ping" -> result(id, "{}");
                case "tools/list" -> toClient.accept(Message.parse(Messages.result(id, toolList())));
                case "tools/call" -> call(id, message);
                default ->
                    send("{\"jsonrpc\":\"2.0\",\"id\":" + id
                            + ",\"error\":{\"code\":-32601,\"message\":\"unknown method\"}}");
            }
        }

        private String handshake(Message message) {
            JsonSlice params = message.get(Message.Field.PARAMS);
            String asked = params == null ? null : params.textMember("protocolVersion");
            return "{\"protocolVersion\":\"" + (asked == null ? "2025-11-25" : asked)
                    + "\",\"capabilities\":{\"tools\":{\"listChanged\":true}},\"serverInfo\":{\"name\":\"" + name
                    + "\",\"version\":\"1\"}}";
        }

        private void call(RequestId id, Message message) {
            Behaviour behaviour;
            synchronized (tools) {
                behaviour = tools.get(message.text(Message.Field.NAME));
            }
            if (behaviour == null) {
                send("{\"jsonrpc\":\"2.0\",\"id\":" + id
                        + ",\"error\":{\"code\":-32602,\"message\":\"unknown tool\"}}");
            } else {
                behaviour.act(new Behaviour.Heard(FakeUpstream.this, id, message, this::send));
            }
        }

        private void result(RequestId id, String result) {
            toClient.accept(Message.parse(Messages.result(id, bytes(result))));
        }

        private void send(String json) {
            if (open.contains(this)) {
                toClient.accept(Message.parse(bytes(json)));
            }
        }

        @Override
        public void close() {
            open.remove(this);
        }
    }
}
