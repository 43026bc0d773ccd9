package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the result that asks a client for input (MCP 2026-07-28, Multi Round-Trip Requests). */
final class InputRequired {
    private InputRequired() {}

    /** What an older server gives a web page to visit, so that it can tell when the visit is over; modern clients know no such id. */
    private static final Set<String> OLDER = Set.of("elicitationId");

    /** One question: a method and its parameters. */
    record Question(String method, @Nullable JsonSlice params) {
        /** As a server with sessions asks it, without what only its revisions know. */
        static Question ofOlder(String method, @Nullable JsonSlice params) {
            return new Question(
                    method,
                    params != null && method.equals("elicitation/create") && "url".equals(params.textMember("mode"))
                            ? params.without(OLDER)
                            : params);
        }
    }

    static byte[] answer(RequestId id, Map<String, Question> questions, String state) {
        String result = "{\"resultType\":\"input_required\",\"inputRequests\":" + questions(questions)
                + ",\"requestState\":" + quoted(state) + "}";
        return Messages.result(id, result.getBytes(StandardCharsets.UTF_8));
    }

    /** The questions as the value of {@code inputRequests}. */
    static String questions(Map<String, Question> questions) {
        StringBuilder result = new StringBuilder("{");
        String comma = "";
        for (Map.Entry<String, Question> question : questions.entrySet()) {
            result.append(comma)
                    .append(quoted(question.getKey()))
                    .append(":{\"method\":")
                    .append(quoted(question.getValue().method()));
            JsonSlice params = question.getValue().params();
            if (params != null) {
                result.append(",\"params\":").append(params);
            }
            result.append('}');
            comma = ",";
        }
        return result.append('}').toString();
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
