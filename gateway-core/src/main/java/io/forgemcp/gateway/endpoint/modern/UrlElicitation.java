package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.ClientAbilities;
import io.forgemcp.gateway.protocol.DetailedException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An older server refuses a call until its user has been to a web page, with an error that modern revisions do not have
 * (MCP 2025-11-25, Elicitation, -32042). To a modern client it is a question; when the client comes back, the call is
 * made again from the beginning.
 */
final class UrlElicitation implements Questions.Waiting {
    private static final String CODE = "-32042";
    private static final String NEEDED = "{\"elicitation\":{\"url\":{}}}";

    static boolean isAskedFor(Message answer) {
        return CODE.equals(answer.errorCode());
    }

    static void ask(ModernRequest request, Message refusal, Questions questions, ModernReply reply) {
        Map<String, InputRequired.Question> asking = new LinkedHashMap<>();
        JsonSlice error = refusal.get(Field.ERROR);
        JsonSlice data = error == null ? null : error.member("data");
        JsonSlice list = data == null ? null : data.member("elicitations");
        if (list != null) {
            for (JsonSlice params : list.elements()) {
                asking.put("url_" + (asking.size() + 1), InputRequired.Question.ofOlder("elicitation/create", params));
            }
        }
        if (asking.isEmpty()) {
            ModernErrors.refuse(
                    reply,
                    request.id(),
                    new GatewayException(
                            ErrorCode.UPSTREAM_PROTOCOL,
                            "The server wants its user to visit a web page and does not say which one."));
            return;
        }
        for (InputRequired.Question question : asking.values()) {
            if (ClientAbilities.missing(request.meta().capabilities(), question.method(), question.params()) != null) {
                ModernErrors.refuse(reply, request.id(), notDeclared());
                return;
            }
        }
        try {
            String state = questions.park(new UrlElicitation(), request.binding());
            reply.answer(200, InputRequired.answer(request.id(), asking, state));
        } catch (GatewayException full) {
            ModernErrors.refuse(reply, request.id(), full);
        }
    }

    private static GatewayException notDeclared() {
        return new DetailedException(
                ErrorCode.CLIENT_CAPABILITY_MISSING,
                "The server wants its user to visit a web page first, and the client has not declared that it can show"
                        + " one.",
                "\"requiredCapabilities\":" + NEEDED);
    }

    /** @throws GatewayException if the user did not want to */
    void check(ModernRequest retry) {
        JsonSlice responses = retry.parameter("inputResponses");
        if (responses != null) {
            responses.members((key, response) -> {
                String action = response.textMember("action");
                if (action != null && !action.equals("accept")) {
                    throw new GatewayException(
                            ErrorCode.ANSWER_NOT_OBTAINED,
                            "The server needs its user to visit a web page, and the answer was \"" + action + "\".");
                }
            });
        }
    }

    @Override
    public void abandon(String reason) {
        // Nothing runs: the server has refused the call.
    }
}
