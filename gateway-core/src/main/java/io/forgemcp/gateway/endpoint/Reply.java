package io.forgemcp.gateway.endpoint;

/** How messages get back to the client that sent one request. Called from one thread at a time. */
interface Reply {
    /** A notification that belongs to the request; lost where the client cannot take it. */
    void notification(byte[] json);

    /** The answer: the last thing that is said. */
    void answer(byte[] json);

    /** There will be no answer, because the client does not want one any more. */
    void nothing();
}
