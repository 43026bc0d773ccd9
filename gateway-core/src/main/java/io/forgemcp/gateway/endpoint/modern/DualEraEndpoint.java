package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.endpoint.McpRequest;
import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.endpoint.StreamableHttpEndpoint;
import io.forgemcp.gateway.protocol.Messages;

/** One path for both generations of MCP: each request goes to the one that it speaks. */
public final class DualEraEndpoint implements McpEndpoint {
    private final EraClassifier classifier = new EraClassifier();
    private final StreamableHttpEndpoint legacy;
    private final ModernEndpoint modern;

    public DualEraEndpoint(StreamableHttpEndpoint legacy, ModernEndpoint modern) {
        this.legacy = legacy;
        this.modern = modern;
    }

    @Override
    public void handle(McpRequest request, McpResponder responder) {
        EraClassifier.Verdict verdict = classifier.classify(request);
        if (verdict instanceof EraClassifier.Verdict.Legacy of) {
            legacy.handle(request, of.message(), responder);
        } else if (verdict instanceof EraClassifier.Verdict.Modern of) {
            modern.handle(request, of.message(), of.meta(), responder);
        } else if (verdict instanceof EraClassifier.Verdict.Refused of) {
            responder.answer(of.reason().code().httpStatus(), Messages.error(of.id(), of.reason()));
        }
    }

    @Override
    public void close() {
        modern.close();
        legacy.close();
    }
}
