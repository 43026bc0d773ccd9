package io.forgemcp.server.http;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Answers what Jetty refuses before the gateway sees it, such as a path it cannot decode, in the gateway's own shape. */
public final class UnreadableRequests implements Request.Handler {
    private static final String REQUEST_ID = "X-Request-Id";

    private final RequestIds ids = new RequestIds();

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        Object reason = request.getAttribute(ErrorHandler.ERROR_MESSAGE);
        String message = status >= 500
                ? "The gateway failed at this request. The log has the details."
                : "The request cannot be read: " + (reason == null ? "status " + status : reason) + ".";
        ErrorCode code = status >= 500 ? ErrorCode.INTERNAL : ErrorCode.INVALID_REQUEST;
        String given = response.getHeaders().get(REQUEST_ID);
        String requestId = given == null ? ids.of(null) : given;
        response.getHeaders().put(REQUEST_ID, requestId);
        byte[] body = ErrorBody.rest(new GatewayException(code, message), requestId);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }
}
