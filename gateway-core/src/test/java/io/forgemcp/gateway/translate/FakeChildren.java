package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.transport.ChannelListener;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.Outgoing;
import io.forgemcp.gateway.transport.UpstreamChannel;
import io.forgemcp.gateway.transport.UpstreamTransport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Children that say what the test makes them say, on the test's own thread. They shake hands by themselves. */
final class FakeChildren implements ServiceRuntime, UpstreamTransport {
    static final ServiceDefinition SERVER =
            ServiceDefinition.stdio("server", "fake").build();

    final List<FakeChild> all = new CopyOnWriteArrayList<>();
    private FakeChild starting;
    boolean failing;
    /** Children do not shake hands by themselves. */
    boolean slow;

    FakeChild last() {
        return all.get(all.size() - 1);
    }

    long alive() {
        return all.stream().filter(child -> !child.ended).count();
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public boolean supports(ServiceDefinition service) {
        return true;
    }

    @Override
    public boolean supports(InstanceAddress address) {
        return true;
    }

    @Override
    public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
        if (failing) {
            return CompletableFuture.failedFuture(
                    new GatewayException(ErrorCode.SERVICE_START_FAILED, "The command \"fake\" was not found."));
        }
        starting = new FakeChild(id, exits);
        starting.silent = slow;
        all.add(starting);
        return CompletableFuture.completedFuture(starting);
    }

    @Override
    public void close() {}

    @Override
    public CompletionStage<UpstreamChannel> open(String service, InstanceAddress address, ChannelListener listener) {
        starting.listener = listener;
        return CompletableFuture.completedFuture(starting);
    }

    static final class FakeChild implements Instance, UpstreamChannel {
        final List<Message> received = new CopyOnWriteArrayList<>();
        private final InstanceId id;
        private final ExitListener exits;
        private ChannelListener listener;
        boolean silent;
        volatile boolean ended;

        private FakeChild(InstanceId id, ExitListener exits) {
            this.id = id;
            this.exits = exits;
        }

        void say(String json) {
            listener.onMessage(Message.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
        }

        /** Says what is no message; false if it is nobody's. */
        boolean garble(String text) {
            byte[] bytes = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
            return listener.onUnreadable(bytes, new GatewayException(ErrorCode.INVALID_REQUEST, "No message."));
        }

        /** Answers the last request. */
        void answer(String result) {
            answer(lastRequest(), result);
        }

        void answer(Message request, String result) {
            say("{'jsonrpc':'2.0','id':" + request.requireId().json() + ",'result':" + result + "}");
        }

        Message lastRequest() {
            for (int i = received.size() - 1; i >= 0; i--) {
                if (received.get(i).isRequest()) {
                    return received.get(i);
                }
            }
            throw new AssertionError("no request came");
        }

        /** Answers the handshake. */
        void greet() {
            answer(lastRequest(), "{'protocolVersion':'2025-11-25','capabilities':{'tools':{}},'serverInfo':{}}");
        }

        List<String> methods() {
            return received.stream()
                    .map(message -> message.isAnswer() ? "answer" : message.method())
                    .toList();
        }

        /** As kill -9 would. */
        void die() {
            ended = true;
            listener.onClosed(new GatewayException(ErrorCode.OUTCOME_UNKNOWN, "The server closed its output."));
            exits.exited(id, "killed by signal 9");
        }

        void closeOutput() {
            listener.onClosed(new GatewayException(ErrorCode.OUTCOME_UNKNOWN, "The server closed its output."));
        }

        @Override
        public InstanceId id() {
            return id;
        }

        @Override
        public InstanceAddress address() {
            return new InstanceAddress.InProcess(connection -> {
                throw new AssertionError("not used");
            });
        }

        @Override
        public CompletionStage<Void> stop(Duration grace) {
            ended = true;
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Exchange send(Outgoing outgoing, Receiver receiver) {
            Message message = Message.parse(outgoing.json());
            if (ended) {
                receiver.onFailure(new GatewayException(ErrorCode.UPSTREAM_UNREACHABLE, "not sent"));
                return Exchange.NONE;
            }
            received.add(message);
            if (message.isRequest() && message.method().equals("initialize") && !silent) {
                greet();
            }
            return Exchange.NONE;
        }

        @Override
        public void close() {}
    }
}
