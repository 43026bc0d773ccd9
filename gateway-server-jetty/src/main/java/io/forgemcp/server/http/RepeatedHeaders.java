package io.forgemcp.server.http;

import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/** Finds headers of MCP that a request carries more than once. Allocates nothing unless it finds one. */
final class RepeatedHeaders {
    private static final String PREFIX = "Mcp-";
    private static final String LAST_EVENT = "Last-Event-ID";

    private RepeatedHeaders() {}

    /** The name of the first one, as the request writes it; null if there is none. */
    static @Nullable String find(HttpFields fields) {
        int size = fields.size();
        for (int i = 1; i < size; i++) {
            String name = fields.getField(i).getName();
            if (isOfMcp(name) && isAmongFirst(i, name, fields)) {
                return name;
            }
        }
        return null;
    }

    private static boolean isOfMcp(String name) {
        return name.regionMatches(true, 0, PREFIX, 0, PREFIX.length()) || name.equalsIgnoreCase(LAST_EVENT);
    }

    private static boolean isAmongFirst(int count, String name, HttpFields fields) {
        for (int i = 0; i < count; i++) {
            if (fields.getField(i).is(name)) {
                return true;
            }
        }
        return false;
    }
}
