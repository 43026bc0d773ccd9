package io.forgemcp.gateway.endpoint;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a client takes for an answer to a POST, and which of the two it names first, as its {@code Accept} says. */
public enum AnswerForm {
    JSON_ONLY,
    /** JSON where nothing comes before the answer, otherwise a stream. */
    JSON,
    STREAM;

    private static final String EVENTS = "text/event-stream";

    /** The form that the header {@code Accept} of a request asks for. */
    public static AnswerForm of(McpRequest request) {
        return of(request.header("Accept"));
    }

    private static AnswerForm of(@Nullable String accept) {
        if (accept == null) {
            return JSON_ONLY;
        }
        String ranges = accept.toLowerCase(Locale.ROOT);
        int events = ranges.indexOf(EVENTS);
        if (events < 0) {
            return ranges.contains("*/*") ? JSON : JSON_ONLY;
        }
        int json = ranges.indexOf("application/json");
        int any = ranges.indexOf("*/*");
        return json >= 0 && json < events || any >= 0 && any < events ? JSON : STREAM;
    }
}
