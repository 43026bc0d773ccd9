package io.forgemcp.gateway.config.read;

import java.util.regex.Pattern;

/** Tells secrets by the name they go by or the shape they have, so that they are neither shown nor accepted in the open. */
public final class Secrets {
    /** What is shown in place of a secret. */
    public static final String MASK = "********";

    private static final Pattern NAME = Pattern.compile(
            "(?i).*(SECRET|TOKEN|PASSWORD|PASSWD|API[_-]?KEY|PRIVATE[_-]?KEY|ACCESS[_-]?KEY|CREDENTIAL|COOKIE"
                    + "|CONNECTION_STRING|DATABASE_URL|WEBHOOK_URL|AUTHORIZATION|BEARER).*");
    private static final Pattern USER_INFO = Pattern.compile("://[^/@\\s]+@");
    private static final Pattern SHAPE = Pattern.compile(
            "(?i).*(\\b(gh[pousr]|github_pat)_[a-z0-9_]{16,}|\\bsk-[a-z0-9_-]{16,}"
                    + "|\\bxox[abprs]-[a-z0-9-]{10,}|\\bAKIA[0-9A-Z]{16}\\b|\\beyJ[a-z0-9_-]{10,}\\.[a-z0-9_-]{10,}\\."
                    + "|\\bbearer\\s+[a-z0-9._~+/=-]{12,}|-----BEGIN [A-Z ]*PRIVATE KEY"
                    + "|[?&;](api[_-]?key|access[_-]?token|token|secret|password|key|auth)=[^&\\s]+).*",
            Pattern.DOTALL);

    private Secrets() {}

    /** Whether a variable or key of this name holds a secret. */
    public static boolean isSecretName(String name) {
        return !name.endsWith("_env") && NAME.matcher(name).matches();
    }

    /** Whether the text holds something that looks like a password, a token or a key. */
    public static boolean isIn(String text) {
        return USER_INFO.matcher(text).find() || SHAPE.matcher(text).matches();
    }

    /** The text, or the mask if it is a secret by its name or its shape. */
    public static String mask(String name, String text) {
        return !text.isEmpty() && (isSecretName(name) || isIn(text)) ? MASK : text;
    }
}
