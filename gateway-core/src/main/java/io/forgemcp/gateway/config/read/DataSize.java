package io.forgemcp.gateway.config.read;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory or disk. {@code 256MB}, {@code 1.5GB}, {@code 512m} and {@code 1Gi} are read as Docker reads them:
 * every unit is a power of 1024.
 *
 * @param bytes at least 0
 */
public record DataSize(long bytes) {
    private static final long KIB = 1024L;
    private static final Map<String, Long> UNITS =
            Map.of("b", 1L, "k", KIB, "m", KIB * KIB, "g", KIB * KIB * KIB, "t", KIB * KIB * KIB * KIB);
    private static final Pattern SHAPE = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?)\\s*([kmgt]?)(?:i?b|i)?");

    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException(bytes + " bytes is not a size");
        }
    }

    /** So many mebibytes. */
    public static DataSize ofMegabytes(long megabytes) {
        return new DataSize(Math.multiplyExact(megabytes, KIB * KIB));
    }

    /**
     * Reads the forms above.
     *
     * @param unit what a bare number counts, for example {@code MB}; empty for bytes
     * @throws IllegalArgumentException if the text is not a size; the message quotes it and shows the right form
     */
    public static DataSize parse(String text, String unit) {
        Matcher matcher = SHAPE.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            boolean bare = matcher.end(1) == matcher.end();
            String letter = bare ? unit.toLowerCase(Locale.ROOT) : matcher.group(2);
            long factor = UNITS.getOrDefault(letter.isEmpty() ? "b" : letter.substring(0, 1), 1L);
            BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(factor));
            if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
                return new DataSize(bytes.setScale(0, RoundingMode.HALF_UP).longValueExact());
            }
        }
        throw new IllegalArgumentException("\"" + text + "\" is not a size. Write for example 256MB or 1.5GB.");
    }

    /** In the largest unit that leaves a number of at most two decimals, for example {@code 1.5GB}. */
    @Override
    public String toString() {
        for (String letter : new String[] {"t", "g", "m", "k"}) {
            BigDecimal factor = BigDecimal.valueOf(UNITS.getOrDefault(letter, 1L));
            BigDecimal amount = BigDecimal.valueOf(bytes).divide(factor, 9, RoundingMode.HALF_UP);
            if (amount.compareTo(BigDecimal.ONE) >= 0
                    && amount.setScale(2, RoundingMode.HALF_UP).compareTo(amount) == 0) {
                return amount.stripTrailingZeros().toPlainString() + letter.toUpperCase(Locale.ROOT) + "B";
            }
        }
        return bytes + "B";
    }
}
