package io.forgemcp.server.cli;

import io.forgemcp.auth.JwtAuthenticator;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.security.LoopbackOnly;
import io.forgemcp.server.ServerSettings;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides whether callers have to say who they are, and how that is checked. */
final class AccessOptions {
    private static final String DEFAULT_ISSUER = "forge-mcp-gateway";

    private AccessOptions() {}

    /**
     * On a loopback address in development, without a public URL, everybody on this machine is let in; anywhere else a token signed with {@code
     * JWT_SECRET_KEY} is needed.
     *
     * @throws CommandFailure if a token is needed and there is no usable secret
     */
    static Authenticator authenticator(ServerSettings settings, Environment environment) {
        String reason = whyTokensAreNeeded(settings, environment);
        if (reason == null) {
            return new LoopbackOnly();
        }
        String secret = ListenOptions.variable(environment, "JWT_SECRET_KEY", "");
        if (secret.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.CONFIGURATION,
                    "Callers have to be authenticated, because " + reason + ", and JWT_SECRET_KEY is not set."
                            + " `make generate-secrets` writes one to .env.local; or listen on 127.0.0.1 in development.");
        }
        String issuer = ListenOptions.variable(environment, "JWT_ISSUER", DEFAULT_ISSUER);
        String audience = ListenOptions.variable(environment, "JWT_AUDIENCE", issuer);
        try {
            return new JwtAuthenticator(
                    secret.getBytes(StandardCharsets.UTF_8), issuer, audience, InstantSource.system());
        } catch (GatewayException e) {
            throw new CommandFailure(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
    }

    private static @Nullable String whyTokensAreNeeded(ServerSettings settings, Environment environment) {
        if (!ListenOptions.isLoopback(settings.host())) {
            return "other machines can reach " + settings.host();
        }
        if (environment.stage().equals("production")) {
            return "the environment is production";
        }
        Optional<PublicUrl> url = PublicUrl.of(environment).filter(known -> !known.isOnThisMachine());
        if (url.isPresent()) {
            return "other machines reach it at " + url.get().url();
        }
        boolean required = Boolean.parseBoolean(ListenOptions.variable(environment, "AUTH_REQUIRED", "false"));
        return required ? "AUTH_REQUIRED is true" : null;
    }
}
