package io.forgemcp.gateway.virtualserver;

import io.forgemcp.gateway.service.ServiceName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/**
 * Gives out names: at most 60 characters, never one twice, and the same name for the same tool in every run whatever
 * else is there, as long as no two tools ask for one name. Not thread-safe.
 */
final class ExposedNames {
    static final int MAX_LENGTH = 60;
    private static final int HASH_LENGTH = 8;

    private final VirtualServer server;
    private final Set<String> taken = new HashSet<>();

    ExposedNames(VirtualServer server) {
        this.server = server;
    }

    /** The name under which the server's tool or prompt is shown. */
    String next(ServiceName service, String original) {
        String wanted = wanted(service, original);
        String name = wanted.length() > MAX_LENGTH ? hashed(wanted, service, original) : wanted;
        if (taken.add(name)) {
            return name;
        }
        if (server.naming() == Naming.ORIGINAL
                && taken.add(name = fit(prefixed(service, original), service, original))) {
            return name;
        }
        name = hashed(wanted, service, original);
        for (int i = 2; !taken.add(name); i++) {
            name = hashed(wanted, service, original + "#" + i);
        }
        return name;
    }

    private String wanted(ServiceName service, String original) {
        String renamed = server.renames().get(service.value() + "/" + original);
        if (renamed != null) {
            return renamed;
        }
        return server.naming() == Naming.ORIGINAL ? original : prefixed(service, original);
    }

    private static String fit(String name, ServiceName service, String original) {
        return name.length() > MAX_LENGTH ? hashed(name, service, original) : name;
    }

    /** The name of the default naming: slug of the service, hyphen, slug of the tool. */
    static String prefixed(ServiceName service, String original) {
        String tool = slug(original);
        return tool.isEmpty() ? hashed(service.slug(), service, original) : service.slug() + "-" + tool;
    }

    static String slug(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    /** Shortened, with a hash of the full identity, so that it is as stable as the identity. */
    private static String hashed(String name, ServiceName service, String original) {
        String hash = sha256(service.value().toLowerCase(Locale.ROOT) + "/" + original)
                .substring(0, HASH_LENGTH);
        int room = MAX_LENGTH - HASH_LENGTH - 1;
        return (name.length() > room ? name.substring(0, room) : name) + "-" + hash;
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java has SHA-256", impossible);
        }
    }
}
