package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the result that asks a client for input (MCP 2026-07-28, Multi Round-Trip Requests). */
final class InputRequired {
    private InputRequired() {}

    /** One question: a method and its parameters. */
    record Question(String method, @Nullable JsonSlice params) {}

    static byte[] answer(RequestId id, Map<String, Question> questions, String state) {
        StringBuilder result = new StringBuilder("{\"resultType\":\"input_required\",\"inputRequests\":{");
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
        result.append("},\"requestState\":").append(quoted(state)).append('}');
        return Messages.result(id, result.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
