package io.forgemcp.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.forgemcp.gateway.error.GatewayException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a request says and holds it to what its route declares, before the route's handler runs: whatever nobody knows,
 * and whatever is said twice, is refused, so that a misspelt {@code force} does not pass for none. Names may be written in
 * camel case or snake case.
 */
final class InputReader {
    private final Route route;
    private final Map<String, JsonNode> said = new HashMap<>();

    private InputReader(Route route) {
        this.route = route;
    }

    /**
     * @param query null if there is none
     * @throws GatewayException {@code INVALID_PARAMS}, or that the body is no JSON object
     */
    static Inputs read(Route route, @Nullable Fields query, byte[] body) {
        InputReader reader = new InputReader(route);
        if (query != null) {
            query.forEach(reader::parameter);
        }
        if (body.length > 0) {
            reader.body(body);
        }
        return new Inputs(reader.said);
    }

    private void parameter(Fields.Field parameter) {
        if (route.input() == Route.Input.FOREIGN) {
            said.putIfAbsent(parameter.getName(), TextNode.valueOf(parameter.getValue()));
            return;
        }
        List<String> values = parameter.getValues();
        say("query parameter", parameter.getName(), TextNode.valueOf(parameter.getValue()), values.size());
    }

    private void body(byte[] body) {
        switch (route.input()) {
            case OBJECT ->
                JsonBody.object(body)
                        .properties()
                        .forEach(member -> say("member", member.getKey(), member.getValue(), 1));
            // Its handler knows what the document may say.
            case DOCUMENT -> {}
            case QUERY, FOREIGN -> throw noBody();
        }
    }

    private void say(String kind, String written, JsonNode value, int times) {
        String name = declared(written);
        if (name == null) {
            throw Inputs.invalid("unknown " + kind + " \"" + Inputs.shorten(written) + "\". " + known());
        }
        if (times > 1 || said.put(name, value) != null) {
            throw Inputs.invalid(kind + " \"" + Inputs.shorten(written) + "\" is given more than once. Give " + name
                    + " once. " + known());
        }
    }

    private @Nullable String declared(String written) {
        String wanted = JsonBody.snakeCase(written);
        for (String name : route.parameters()) {
            if (JsonBody.snakeCase(name).equals(wanted)) {
                return name;
            }
        }
        return null;
    }

    private String known() {
        return route.parameters().isEmpty()
                ? "This request takes none."
                : "Known: " + String.join(", ", new TreeSet<>(route.parameters())) + ".";
    }

    static GatewayException noBody() {
        return Inputs.invalid("This request takes no body. Send none.");
    }
}
