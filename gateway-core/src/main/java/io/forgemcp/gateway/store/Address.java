package io.forgemcp.gateway.store;

import java.util.regex.Pattern;

/** The rules for namespaces and keys, the same for every store of the core. */
final class Address {
    private static final Pattern NAMESPACE = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final int LONGEST_KEY = 512;

    private Address() {}

    static void checkNamespace(String namespace) {
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new IllegalArgumentException(
                    "\"" + namespace + "\" is not a namespace. Use 1 to 64 lower-case letters, digits and hyphens.");
        }
    }

    static void check(String namespace, String key) {
        checkNamespace(namespace);
        if (key.isEmpty() || key.length() > LONGEST_KEY) {
            throw new IllegalArgumentException("A key has 1 to " + LONGEST_KEY + " characters, not " + key.length());
        }
    }
}
