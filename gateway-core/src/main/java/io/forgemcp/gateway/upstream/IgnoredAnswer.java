package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears the answer to a request that the gateway made of its own accord and that nobody waits for. */
enum IgnoredAnswer implements CallListener {
    INSTANCE;

    private static final Logger LOG = LoggerFactory.getLogger(IgnoredAnswer.class);

    @Override
    public void onAnswer(Message answer) {
        if (answer.kind() == Message.Kind.ERROR) {
            LOG.debug("A server refused what the gateway asked on its own: answer={}", answer);
        }
    }

    @Override
    public void onFailure(GatewayException failure) {
        LOG.debug("A request of the gateway's own failed: code={} reason={}", failure.code(), failure.getMessage());
    }
}
