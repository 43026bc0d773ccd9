package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Words;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;

/** Services given on the command line instead of in files. */
public final class ExtraUpstreams {
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");

    private ExtraUpstreams() {}

    /**
     * Reads {@code name=http://127.0.0.1:8123/mcp} or {@code name=npx -y some-server}.
     *
     * @param argument the value of one {@code --upstream} option
     * @return a server behind the URL, its transport to be found out, or a stdio server that the command starts
     * @throws GatewayException with {@link ErrorCode#CONFIGURATION_INVALID} that says what to write instead
     */
    public static ServiceDefinition parse(String argument) {
        int equals = argument.indexOf('=');
        if (equals < 0) {
            throw invalid(argument, "the name is missing");
        }
        String target = argument.substring(equals + 1).strip();
        try {
            ServiceName name = ServiceName.of(argument.substring(0, equals).strip());
            if (target.isEmpty()) {
                throw invalid(argument, "nothing follows the name");
            }
            if (SCHEME.matcher(target).matches()) {
                return ServiceDefinition.http(name.value(), url(argument, target))
                        .build();
            }
            List<String> command = Words.split(target);
            return ServiceDefinition.stdio(name.value(), command.toArray(String[]::new))
                    .build();
        } catch (IllegalArgumentException e) {
            throw invalid(argument, String.valueOf(e.getMessage()));
        }
    }

    private static URI url(String argument, String target) {
        URI url = GatewayRows.url(target);
        if (url.getUserInfo() != null) {
            // The argument is not quoted: it holds a password.
            throw new GatewayException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "--upstream " + argument.substring(0, argument.indexOf('='))
                            + ": a URL must not hold a password. Write the server into services.yml, with url and headers.");
        }
        return url;
    }

    private static GatewayException invalid(String argument, String reason) {
        return new GatewayException(
                ErrorCode.CONFIGURATION_INVALID,
                "--upstream \"" + argument + "\": " + reason
                        + ". Write name=http://127.0.0.1:8123/mcp or name=\"npx -y some-server\".");
    }
}
