package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Where the next page of a list begins (MCP 2025-11-25, Pagination). A cursor holds for one list of one virtual server at
 * one state of the catalog in one run of the gateway: pages of different states are never mixed. Thread-safe.
 */
public final class Cursors {
    private final String run;

    public Cursors() {
        byte[] bits = new byte[6];
        new SecureRandom().nextBytes(bits);
        run = HexFormat.of().formatHex(bits);
    }

    /** The cursor of the page that begins at this offset. */
    public String next(ServerView view, String list, int offset) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((prefix(view, list) + offset).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The offset in the cursor.
     *
     * @throws GatewayException with {@code INVALID_PARAMS} if it is not one of ours, or the lists have changed since
     */
    public int offset(ServerView view, String list, @Nullable String cursor) {
        String prefix = prefix(view, list);
        String text = decoded(cursor);
        int digits = text.length() - prefix.length();
        if (digits < 1 || digits > 9 || !text.startsWith(prefix)) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    "This cursor does not lead into the present list: it is not one of ours, or the list has changed"
                            + " since. List again without a cursor.");
        }
        return Integer.parseInt(text.substring(prefix.length()));
    }

    private static String decoded(@Nullable String cursor) {
        try {
            return cursor == null ? "" : new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notOurs) {
            return "";
        }
    }

    private String prefix(ServerView view, String list) {
        return run + "/" + view.server().id() + "/" + list + "/" + view.catalogVersion() + "/";
    }
}
