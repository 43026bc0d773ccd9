package io.forgemcp.gateway.translate;

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

    /** There will be no answer, because the client does not want one any more. */
    void nothing();
}
