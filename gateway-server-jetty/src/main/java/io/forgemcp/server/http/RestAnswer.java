package io.forgemcp.server.http;

import java.nio.charset.StandardCharsets;

/** One whole answer to a REST request. The body is not copied. */
public record RestAnswer(int status, String contentType, byte[] body) {
    public static RestAnswer json(int status, byte[] body) {
        return new RestAnswer(status, "application/json", body);
    }

    public static RestAnswer text(String contentType, String body) {
        return new RestAnswer(200, contentType, body.getBytes(StandardCharsets.UTF_8));
    }
}
