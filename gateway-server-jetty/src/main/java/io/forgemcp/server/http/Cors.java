package io.forgemcp.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/** Answers to browsers (Fetch, CORS protocol). Only called for origins that are let in. */
final class Cors {
    private static final Pattern HEADER_NAMES = Pattern.compile("[A-Za-z0-9, _-]{1,1000}");

    /** Lets a page of this origin read the answer. */
    void allow(Response response, String origin) {
        HttpFields.Mutable fields = response.getHeaders();
        fields.put(HttpHeader.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        fields.put(HttpHeader.VARY, "Origin");
        fields.put(
                HttpHeader.ACCESS_CONTROL_EXPOSE_HEADERS,
                "Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, X-Request-Id, Retry-After");
    }

    /** Answers the question that a browser asks before the real request. Clients may send {@code Mcp-Param-*} headers of any name. */
    void preflight(Request request, Response response, String allowed) {
        HttpFields headers = request.getHeaders();
        if (!headers.contains(HttpHeader.ORIGIN)) {
            return;
        }
        HttpFields.Mutable fields = response.getHeaders();
        fields.put(HttpHeader.ACCESS_CONTROL_ALLOW_METHODS, allowed);
        String wanted = headers.get(HttpHeader.ACCESS_CONTROL_REQUEST_HEADERS);
        if (wanted != null && HEADER_NAMES.matcher(wanted).matches()) {
            fields.put(HttpHeader.ACCESS_CONTROL_ALLOW_HEADERS, wanted);
        }
        fields.put(HttpHeader.ACCESS_CONTROL_MAX_AGE, "600");
    }

    /** The value of an Allow header. */
    static String allowed(RouteTable.Match match) {
        List<String> verbs = new ArrayList<>();
        match.byVerb().forEach((verb, route) -> {
            verbs.add(verb.name());
            if (route.servesHead()) {
                verbs.add("HEAD");
            }
        });
        verbs.add("OPTIONS");
        return String.join(", ", verbs);
    }
}
