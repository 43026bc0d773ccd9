package io.forgemcp.server.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.server.http.Route;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The OpenAPI 3.1 document, made from the routes themselves so that it cannot name what is not there. */
public final class OpenApi {
    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]+)}");

    private OpenApi() {}

    public static ObjectNode document(String title, String version, List<Route> routes) {
        ObjectNode document = Json.object();
        document.put("openapi", "3.1.0");
        document.putObject("info").put("title", title).put("version", version);
        document.putArray("servers")
                .add(Json.object().put("url", "/"))
                .add(Json.object().put("url", "/v1"));
        ObjectNode paths = document.putObject("paths");
        for (Route route : routes) {
            paths.withObject("/" + escaped(route.template()))
                    .set(route.verb().name().toLowerCase(Locale.ROOT), operation(route));
        }
        ObjectNode components = document.putObject("components");
        components.putObject("schemas").set("Error", error());
        components
                .putObject("securitySchemes")
                .putObject("bearer")
                .put("type", "http")
                .put("scheme", "bearer");
        return document;
    }

    /** As one step of a JSON pointer (RFC 6901). */
    private static String escaped(String template) {
        return template.replace("~", "~0").replace("/", "~1");
    }

    private static ObjectNode operation(Route route) {
        ObjectNode operation = Json.object();
        operation.put("summary", route.summary());
        operation.put("operationId", operationId(route));
        ArrayNode parameters = Json.array();
        Matcher variables = VARIABLE.matcher(route.template());
        while (variables.find()) {
            parameters.add(parameter(variables.group(1), "path", true));
        }
        route.parameters().forEach(name -> parameters.add(parameter(name, "query", false)));
        if (!parameters.isEmpty()) {
            operation.set("parameters", parameters);
        }
        boolean mcp = route.action() instanceof Route.Action.Mcp;
        if (mcp && route.verb() == Route.Verb.POST || route.takesBody()) {
            ObjectNode schema = operation
                    .putObject("requestBody")
                    .put("required", route.input() != Route.Input.OBJECT)
                    .putObject("content")
                    .putObject("application/json")
                    .putObject("schema");
            if (route.input() == Route.Input.OBJECT) {
                ObjectNode members = schema.put("type", "object").putObject("properties");
                route.parameters().forEach(members::putObject);
                schema.put("additionalProperties", false);
            }
        }
        ObjectNode responses = operation.putObject("responses");
        ObjectNode success = responses.putObject("200").put("description", "Done.");
        ObjectNode content = success.putObject("content");
        if (mcp || route.action() instanceof Route.Action.Stream) {
            content.putObject("text/event-stream").putObject("schema").put("type", "string");
        }
        content.putObject(route.template().equals("/metrics") ? "text/plain" : "application/json")
                .putObject("schema");
        responses
                .putObject("default")
                .put("description", "Refused or failed.")
                .putObject("content")
                .putObject("application/json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/Error");
        if (route.access() == Route.Access.AUTHENTICATED) {
            operation.putArray("security").addObject().putArray("bearer");
        }
        return operation;
    }

    private static String operationId(Route route) {
        String words = route.template().replaceAll("[^A-Za-z]+", "_").replaceAll("^_|_$", "");
        return route.verb().name().toLowerCase(Locale.ROOT) + "_" + words;
    }

    private static ObjectNode parameter(String name, String in, boolean required) {
        ObjectNode parameter = Json.object().put("name", name).put("in", in).put("required", required);
        parameter.putObject("schema").put("type", "string");
        return parameter;
    }

    private static ObjectNode error() {
        ObjectNode error = Json.object().put("type", "object");
        ObjectNode properties = error.putObject("properties");
        properties.putObject("detail").put("type", "string");
        properties.putObject("code").put("type", "string").put("pattern", "^GW-[0-9]{4}$");
        properties.putObject("requestId").put("type", "string");
        error.putArray("required").add("detail").add("code").add("requestId");
        return error;
    }
}
