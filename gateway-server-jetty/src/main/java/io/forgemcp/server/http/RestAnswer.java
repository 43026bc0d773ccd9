package io.forgemcp.server.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One whole answer to a REST request. The body is not copied.
 *
 * @param headers further ones, names and values in turn
 */
public record RestAnswer(int status, String contentType, byte[] body, List<String> headers) {
    public RestAnswer(int status, String contentType, byte[] body) {
        this(status, contentType, body, List.of());
    }

    public static RestAnswer json(int status, byte[] body) {
        return new RestAnswer(status, "application/json", body);
    }

    public static RestAnswer text(String contentType, String body) {
        return new RestAnswer(200, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    /** This answer with one header more. */
    public RestAnswer with(String header, String value) {
        List<String> more = new ArrayList<>(headers);
        more.add(header);
        more.add(value);
        return new RestAnswer(status, contentType, body, List.copyOf(more));
    }
}
