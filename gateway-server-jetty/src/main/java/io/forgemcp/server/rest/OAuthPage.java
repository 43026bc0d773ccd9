package io.forgemcp.server.rest;

import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.server.http.RestAnswer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What browsers see while the gateway is authorised; no other page may hold one in a frame. */
final class OAuthPage {
    private static final String PLAIN = "text/plain; charset=utf-8";

    private OAuthPage() {}

    static RestAnswer text(int status, String sentence) {
        return guarded(new RestAnswer(status, PLAIN, (sentence + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    static RestAnswer redirect(URI url) {
        return guarded(new RestAnswer(302, PLAIN, new byte[0])).with("Location", url.toString());
    }

    /** @param service whose name needs no escaping: it is letters, digits, dots, underscores and hyphens */
    static RestAnswer question(ServiceName service, String path) {
        String page = """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8"><title>Authorise the gateway</title></head><body>
                <h1>Authorise the gateway</h1>
                <p>All callers of the gateway will use service <b>%s</b> with the account that you sign in with next.</p>
                <p><a href="%s">Go on</a>, or close this page.</p>
                </body></html>
                """.formatted(service, path);
        return guarded(new RestAnswer(200, "text/html; charset=utf-8", page.getBytes(StandardCharsets.UTF_8)));
    }

    private static RestAnswer guarded(RestAnswer answer) {
        return answer.with("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
                .with("X-Frame-Options", "DENY")
                .with("Referrer-Policy", "no-referrer");
    }

    /** The value of a cookie in the header of a request; null if it is not there. */
    static @Nullable String cookie(@Nullable String header, String name) {
        if (header != null) {
            for (String pair : header.split(";")) {
                String text = pair.strip();
                if (text.startsWith(name + "=")) {
                    // Some clients put the value in quotes (RFC 6265, section 4.1.1).
                    return text.substring(name.length() + 1).replace("\"", "");
                }
            }
        }
        return null;
    }
}
