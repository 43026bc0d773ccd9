package io.forgemcp.gateway.config.read;

/**
 * One value as it takes effect, with where it came from.
 *
 * @param file the name of the file it belongs to, or {@code environment}
 * @param key its key path in that file, or the name of the variable
 * @param value as text; secrets are masked
 * @param origin a place in a file, the variables that went into it, or {@code default}
 */
public record EffectiveValue(String file, String key, String value, String origin) {}
