package io.forgemcp.gateway.protocol;

import org.jspecify.annotations.Nullable;

/** Which capability a client must have declared to be asked something (MCP 2026-07-28, Multi Round-Trip Requests). */
public final class ClientAbilities {
    private ClientAbilities() {}

    /** Whether the gateway knows how a client answers this method. */
    public static boolean isQuestion(String method) {
        return switch (method) {
            case "elicitation/create", "sampling/createMessage", "roots/list" -> true;
            default -> false;
        };
    }

    /**
     * What the client has not declared and would need, as a JSON object in the shape of client capabilities; null if it
     * can answer.
     */
    public static @Nullable String missing(JsonSlice declared, String method, @Nullable JsonSlice params) {
        return switch (method) {
            case "elicitation/create" -> elicitation(declared, params);
            case "sampling/createMessage" -> {
                boolean tools =
                        params != null && (params.member("tools") != null || params.member("toolChoice") != null);
                JsonSlice sampling = declared.member("sampling");
                yield sampling == null
                        ? "{\"sampling\":{" + (tools ? "\"tools\":{}" : "") + "}}"
                        : tools && sampling.member("tools") == null ? "{\"sampling\":{\"tools\":{}}}" : null;
            }
            case "roots/list" -> declared.member("roots") == null ? "{\"roots\":{}}" : null;
            default -> null;
        };
    }

    private static @Nullable String elicitation(JsonSlice declared, @Nullable JsonSlice params) {
        boolean url = params != null && "url".equals(params.textMember("mode"));
        String wanted = url ? "url" : "form";
        JsonSlice elicitation = declared.member("elicitation");
        if (elicitation != null) {
            boolean named = elicitation.member(wanted) != null;
            // Declared without a mode it means forms, as it did before there were modes.
            boolean implied = !url && elicitation.member("url") == null;
            if (named || implied) {
                return null;
            }
        }
        return "{\"elicitation\":{\"" + wanted + "\":{}}}";
    }
}
