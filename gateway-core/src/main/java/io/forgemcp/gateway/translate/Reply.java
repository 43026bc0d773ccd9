package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.protocol.RequestId;

/** How messages get back to the client that sent one request. Thread-safe; must not block. */
interface Reply {
    /**
     * A message that belongs to the request and is not its answer.
     *
     * @return false if the client takes only the answer, or is gone: the message has to go another way
     */
    boolean message(byte[] json);

    /** The answer: the last thing that is said. */
    void answer(byte[] json);

    /**
     * The client does not want the answer any more and gets none, unless its connection has to be answered.
     *
     * @param id of the request
     */
    void nothing(RequestId id);
}
