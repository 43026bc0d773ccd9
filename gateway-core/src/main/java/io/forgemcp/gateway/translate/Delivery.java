package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.transport.Outgoing;
import io.forgemcp.gateway.transport.UpstreamChannel;

/** What becomes of one message that was handed to a connection. Called by the transport, from one thread at a time. */
final class Delivery implements UpstreamChannel.Receiver {
    /** Transports know requests by plain numbers. No client's number is as large, so these never meet one. */
    private static final long OURS = 900_000_000_000_000_000L;

    private final ServerLink link;
    private final LinkRun run;
    private final Message message;
    private final long number;
    private volatile boolean answered;
    private volatile boolean over;

    /** @param count a number that no other delivery on this connection has */
    Delivery(ServerLink link, LinkRun run, Message message, long count) {
        this.link = link;
        this.run = run;
        this.message = message;
        long own = message.isRequest() ? message.numericId() : -1;
        this.number = message.isRequest() && own < 0 ? OURS + count : own;
    }

    void send() {
        UpstreamChannel.Exchange exchange = run.require()
                .channel()
                .send(
                        new Outgoing(
                                message.bytes(),
                                message.isAnswer() ? null : message.method(),
                                number,
                                StatelessRules.headers(message, link.tools())),
                        this);
        if (exchange != UpstreamChannel.Exchange.NONE && message.isRequest()) {
            run.began(message.requireId(), exchange);
            if (over) {
                // It was all over before there was anything to give up.
                run.ended(message.requireId());
            }
        }
    }

    @Override
    public void onMessage(Message incoming) {
        Message heard = incoming;
        if (incoming.isAnswer() && message.isRequest()) {
            heard = withOwnId(incoming);
            answered = answered || message.requireId().equals(heard.id());
            if (StatelessRules.isModern(message)) {
                link.tools().learn(message, heard);
            }
        }
        link.received(run, heard);
    }

    /** A refusal that the transport has turned into an error carries the transport's number. */
    private Message withOwnId(Message answer) {
        RequestId own = message.requireId();
        return answer.numericId() == number && !own.equals(answer.id())
                ? Message.parse(answer.with(Message.Field.ID, own.toBytes()))
                : answer;
    }

    @Override
    public void onEnd() {
        over = true;
        if (message.isRequest()) {
            run.ended(message.requireId());
            if (!answered) {
                link.failed(
                        run,
                        message,
                        new GatewayException(
                                ErrorCode.OUTCOME_UNKNOWN,
                                "The server ended its response without an answer; the request may or may not have run."));
            }
        } else if (message.isNotification() && message.method().equals("notifications/initialized")) {
            run.require().channel().listen();
        }
    }

    @Override
    public void onFailure(GatewayException failure) {
        over = true;
        if (message.isRequest()) {
            run.ended(message.requireId());
        }
        link.failed(run, message, failure);
    }
}
