package io.forgemcp.server.cli;

import io.forgemcp.auth.JwtAuthenticator;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.security.AdministratorRoles;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.server.ServerSettings;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decides whether callers have to say who they are, how that is checked, and who of them may change things. */
final class AccessOptions {
    private static final String DEFAULT_ISSUER = "forge-mcp-gateway";

    private AccessOptions() {}

    /**
     * On a loopback address in development, without a public URL, everybody on this machine is let in; anywhere else a token signed with {@code
     * JWT_SECRET_KEY} is needed, and one of the roles in {@code JWT_ADMIN_ROLES} to change anything.
     *
     * @throws CommandFailure if a token is needed and there is no usable secret
     */
    static Access of(ServerSettings settings, Environment environment) {
        String reason = whyTokensAreNeeded(settings, environment);
        if (reason == null) {
            return Access.ofThisMachine();
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
        AdministratorRoles administrators = administrators(environment);
        try {
            Authenticator tokens = new JwtAuthenticator(
                    secret.getBytes(StandardCharsets.UTF_8), issuer, audience, InstantSource.system());
            return new Access(
                    tokens,
                    administrators,
                    "with a token of issuer \"" + issuer + "\" for \"" + audience + "\"; to change services, with "
                            + administrators.administratorNeeds());
        } catch (GatewayException e) {
            throw new CommandFailure(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
    }

    private static AdministratorRoles administrators(Environment environment) {
        Set<String> roles = Arrays.stream(
                        ListenOptions.variable(environment, "JWT_ADMIN_ROLES", AdministratorRoles.STANDARD)
                                .split(","))
                .map(String::strip)
                .filter(role -> !role.isEmpty())
                .collect(Collectors.toSet());
        if (roles.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.CONFIGURATION,
                    "JWT_ADMIN_ROLES names no role. Write some with commas in between, or leave it out: it is \""
                            + AdministratorRoles.STANDARD + "\" then.");
        }
        return new AdministratorRoles(roles);
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
