package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Secrets;
import java.util.Arrays;
import java.util.List;

/** The environment variables that the gateway itself understands, with their defaults and meanings. */
public enum GatewayVariable {
    FORGE_ENV("development", "environment: development or production"),
    GATEWAY_HOST("127.0.0.1", "address to listen on"),
    GATEWAY_PORT("4444", "gateway listener"),
    GATEWAY_PUBLIC_URL("", "where browsers reach the gateway, if not at http://127.0.0.1 and its port"),
    FORGE_SERVICE_MANAGER_PORT("9000", "service manager"),
    FORGE_TOOL_ROUTER_PORT("8030", "tool router"),
    FORGE_UI_PORT("8026", "admin UI"),
    FORGE_TRANSLATE_PORT("8000", "translate bridge"),
    JWT_SECRET_KEY("", "secret that signs tokens"),
    JWT_ISSUER("forge-mcp-gateway", "issuer (`iss`) that tokens have to name"),
    JWT_AUDIENCE("", "audience (`aud`) that tokens have to name; without it, the issuer"),
    JWT_ADMIN_ROLES(
            "admin", "roles, separated by commas, that tokens need one of in their claim `roles` to change anything"),
    JWT_EXP_MINUTES("1440", "minutes until a token expires that the gateway gives out, which this version does not"),
    AUTH_ENCRYPTION_SECRET("", "secret that encrypts stored credentials"),
    AUTH_REQUIRED("", "whether every caller must say who it is"),
    SECURE_COOKIES("", "whether cookies need HTTPS"),
    PLATFORM_ADMIN_EMAIL("", "first administrator"),
    PLATFORM_ADMIN_PASSWORD("", "password of the first administrator"),
    PLATFORM_ADMIN_FULL_NAME("", "name of the first administrator"),
    DATABASE_URL("", "database: sqlite:///path or postgresql://..."),
    LOG_LEVEL("INFO", "least important event that is logged"),
    FORGE_MAX_REQUEST_SIZE("", "largest request body"),
    FORGE_REQUEST_TIMEOUT("", "longest time a call may take"),
    FORGE_LIST_PAGE_SIZE("10000", "most entries of one answer to a list of tools, prompts or resources"),
    DOCKER_HOST("", "address of the container engine"),
    EXTRA_GATEWAYS("", "further rows of gateways.txt, separated by line breaks, semicolons or commas"),
    ROUTER_AI_ENABLED("", "whether the tool router asks a model"),
    ROUTER_AI_ENDPOINT("", "address of that model"),
    ROUTER_AI_MODEL("", "name of that model"),
    ROUTER_AI_TIMEOUT_MS("", "milliseconds to wait for that model");

    private final String standard;
    private final String meaning;

    GatewayVariable(String standard, String meaning) {
        this.standard = standard;
        this.meaning = meaning;
    }

    /** The names of all of them. */
    public static List<String> names() {
        return Arrays.stream(values()).map(GatewayVariable::variable).toList();
    }

    /** The name in the environment. */
    public String variable() {
        return name();
    }

    /** What holds where it is not set; empty if nothing does. */
    public String standard() {
        return standard;
    }

    /** What it says. */
    public String meaning() {
        return meaning;
    }

    /** Whether its value must not be shown. */
    public boolean isSecret() {
        return Secrets.isSecretName(name());
    }

    boolean isPort() {
        return name().endsWith("_PORT");
    }
}
