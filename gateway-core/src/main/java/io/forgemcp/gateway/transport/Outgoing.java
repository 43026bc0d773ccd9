package io.forgemcp.gateway.transport;

import org.jspecify.annotations.Nullable;

/**
 * A message ready to be sent.
 *
 * @param json the text, which nobody may change afterwards; without line breaks outside strings only if the transport
 *     needs it: stdio replaces them by spaces
 * @param method of a request or notification; null for an answer
 * @param request whether an answer is expected
 */
public record Outgoing(byte[] json, @Nullable String method, boolean request) {}
