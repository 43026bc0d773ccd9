package io.forgemcp.gateway.lifecycle.process;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a child sees of the gateway's environment: where programs, homes and caches are and how to reach the network,
 * and nothing else, because the gateway's own secrets are no business of the servers it runs.
 */
final class ChildEnvironment {
    private static final Set<String> INHERITED = Set.of(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "LANG",
            "LANGUAGE",
            "TZ",
            "TMPDIR",
            "JAVA_HOME",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "ALL_PROXY",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "NODE_EXTRA_CA_CERTS",
            "NODE_PATH",
            "REQUESTS_CA_BUNDLE",
            "NPM_CONFIG_CACHE",
            "NPM_CONFIG_REGISTRY",
            "NPM_CONFIG_PREFIX",
            "NPM_CONFIG_USERCONFIG",
            "NPM_CONFIG_GLOBALCONFIG",
            "NPM_CONFIG_CAFILE",
            "NPM_CONFIG_OFFLINE",
            "NPM_CONFIG_PREFER_OFFLINE",
            "UV_CACHE_DIR",
            "UV_INDEX_URL",
            "UV_DEFAULT_INDEX",
            "UV_OFFLINE",
            "UV_PYTHON",
            "UV_TOOL_DIR",
            "UV_PYTHON_INSTALL_DIR",
            "PIP_INDEX_URL",
            "PIP_CACHE_DIR",
            "PLAYWRIGHT_BROWSERS_PATH",
            "PUPPETEER_CACHE_DIR",
            "PUPPETEER_EXECUTABLE_PATH",
            "DISPLAY",
            "WAYLAND_DISPLAY");
    private static final List<String> INHERITED_PREFIXES = List.of("LC_", "XDG_");

    private ChildEnvironment() {}

    /** The definition's variables on top of what is inherited. Names are compared without regard to case. */
    static Map<String, String> of(Map<String, String> gateway, Map<String, String> definition) {
        Map<String, String> child = new HashMap<>();
        gateway.forEach((name, value) -> {
            String upper = name.toUpperCase(Locale.ROOT);
            if (INHERITED.contains(upper) || INHERITED_PREFIXES.stream().anyMatch(upper::startsWith)) {
                child.put(name, value);
            }
        });
        child.putAll(definition);
        return child;
    }
}
