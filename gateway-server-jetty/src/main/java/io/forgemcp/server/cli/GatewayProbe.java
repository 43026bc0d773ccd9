package io.forgemcp.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Finds out whether a gateway answers at a URL: once, quickly, without an HTTP client that would have to be set up. */
final class GatewayProbe {
    private static final int PATIENCE_MILLIS = 5_000;
    private static final int ENOUGH_BYTES = 4_096;

    private GatewayProbe() {}

    static boolean answers(URI base) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) base.resolve("/version").toURL().openConnection(java.net.Proxy.NO_PROXY);
            connection.setConnectTimeout(PATIENCE_MILLIS);
            connection.setReadTimeout(PATIENCE_MILLIS);
            connection.setInstanceFollowRedirects(false);
            try (InputStream body = connection.getInputStream()) {
                String text = new String(body.readNBytes(ENOUGH_BYTES), StandardCharsets.UTF_8);
                return text.contains("\"forge-mcp-gateway\"");
            } finally {
                connection.disconnect();
            }
        } catch (IOException | IllegalArgumentException | ClassCastException nobody) {
            return false;
        }
    }
}
