package io.forgemcp.server.cli;

import io.forgemcp.gateway.config.read.Environment;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where browsers reach the gateway, if that is not its own address: {@code GATEWAY_PUBLIC_URL}.
 *
 * @param url without a path; HTTPS, or HTTP on this machine
 */
record PublicUrl(URI url) {
    static final String VARIABLE = "GATEWAY_PUBLIC_URL";

    private static final Pattern THIS_MACHINE = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    /** @throws CommandFailure if it is set and no such URL */
    static Optional<PublicUrl> of(Environment environment) {
        String text = ListenOptions.variable(environment, VARIABLE, "");
        return text.isEmpty() ? Optional.empty() : Optional.of(parse(text));
    }

    private static PublicUrl parse(String text) {
        try {
            PublicUrl parsed = new PublicUrl(new URI(text));
            if (parsed.isUsable()) {
                return parsed;
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        throw new CommandFailure(
                ExitCode.CONFIGURATION,
                VARIABLE + "=\"" + text
                        + "\" is not an address that browsers may come back to. Write https:// and a host,"
                        + " for example https://gateway.example.com, without a path.");
    }

    private boolean isUsable() {
        String path = url.getRawPath();
        return url.getHost() != null
                && ("https".equals(url.getScheme()) || ("http".equals(url.getScheme()) && isOnThisMachine()))
                && url.getUserInfo() == null
                && url.getRawQuery() == null
                && url.getRawFragment() == null
                && (path == null || path.isEmpty() || path.equals("/"));
    }

    /** Whether only browsers on this machine get there. */
    boolean isOnThisMachine() {
        return THIS_MACHINE.matcher(url.getHost()).matches();
    }
}
