package io.forgemcp.gateway.protocol;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one tool that are repeated as {@code Mcp-Param-...} headers, because its schema marks them with
 * {@code x-mcp-header} (MCP 2026-07-28, Streamable HTTP, Custom Headers from Tool Parameters). Immutable.
 */
public final class ParameterHeaders {
    /** Of a tool that marks nothing. */
    public static final ParameterHeaders NONE = new ParameterHeaders(List.of(), null);

    private static final String PREFIX = "Mcp-Param-";
    private static final BigDecimal LARGEST = new BigDecimal((1L << 53) - 1);
    /** No integer within the safe range is written longer by anybody sane; longer ones are slow to read. */
    private static final int LONGEST_NUMBER = 64;

    private static final Pattern DECIMAL = Pattern.compile("-?\\d{1,64}(\\.\\d{1,64})?");

    private final List<Parameter> parameters;
    private final @Nullable String fault;

    /**
     * One marked parameter.
     *
     * @param path names of the properties from the arguments down to it
     * @param header the whole name of its header
     * @param number whether it is compared as a number
     */
    record Parameter(List<String> path, String header, boolean number) {}

    ParameterHeaders(List<Parameter> parameters, @Nullable String fault) {
        this.parameters = List.copyOf(parameters);
        this.fault = fault;
    }

    /** Of a tool as its server describes it. */
    public static ParameterHeaders of(JsonSlice tool) {
        JsonSlice schema = tool.member("inputSchema");
        // Hardly any tool marks anything: then its schema is searched, not read.
        return schema != null && (schema.mentions(HeaderAnnotations.KEY) || schema.mentions("\\u"))
                ? new HeaderAnnotations().read(schema)
                : NONE;
    }

    /** Why the tool's description breaks the rules, so that no client may use it over HTTP; null if it does not. */
    public @Nullable String fault() {
        return fault;
    }

    public boolean isEmpty() {
        return parameters.isEmpty();
    }

    /** The headers for these arguments, names and values in turn. */
    public List<String> headers(@Nullable JsonSlice arguments) {
        List<String> headers = new ArrayList<>(parameters.size() * 2);
        for (Parameter parameter : parameters) {
            JsonSlice value = value(arguments, parameter.path());
            String text = value == null ? null : text(value);
            if (text != null) {
                headers.add(parameter.header());
                headers.add(HeaderText.encode(text));
            }
        }
        return headers;
    }

    /**
     * Compares the headers of a request with its arguments.
     *
     * @param header finds a header by its name without regard to case
     * @return what does not fit, for people; null if all is well
     */
    public @Nullable String mismatch(@Nullable JsonSlice arguments, Function<String, @Nullable String> header) {
        for (Parameter parameter : parameters) {
            JsonSlice value = value(arguments, parameter.path());
            String text = value == null ? null : text(value);
            if (value == null || text == null) {
                continue;
            }
            String sent = header.apply(parameter.header());
            String name = String.join(".", parameter.path());
            if (sent == null) {
                return "The header " + parameter.header() + " is missing; it repeats the argument \"" + name + "\".";
            }
            String decoded = HeaderText.decode(sent);
            if (decoded == null) {
                return "The header " + parameter.header() + " holds Base64 that cannot be read.";
            }
            if (!decoded.equals(text) && !(parameter.number() && equalNumbers(decoded, value))) {
                return "The header " + parameter.header() + " does not say what the argument \"" + name + "\" says.";
            }
        }
        return null;
    }

    private static boolean equalNumbers(String sent, JsonSlice value) {
        if (!value.isNumber()
                || value.length() > LONGEST_NUMBER
                || !DECIMAL.matcher(sent).matches()) {
            return false;
        }
        BigDecimal said = decimal(sent);
        BigDecimal meant = decimal(value.toString());
        return said != null && meant != null && said.compareTo(meant) == 0;
    }

    /** Null for an exponent that no decimal can hold, such as that of 1e99999999999. */
    private static @Nullable BigDecimal decimal(String number) {
        try {
            return new BigDecimal(number);
        } catch (NumberFormatException tooLarge) {
            return null;
        }
    }

    private static @Nullable JsonSlice value(@Nullable JsonSlice arguments, List<String> path) {
        JsonSlice value = arguments;
        for (String name : path) {
            value = value == null ? null : value.member(name);
        }
        return value;
    }

    /**
     * As the header says it; null for what has no header: null, containers, numbers that are not exact everywhere, and
     * strings with half of a surrogate pair, which UTF-8 cannot say.
     */
    private static @Nullable String text(JsonSlice value) {
        if (value.isString()) {
            String text = value.text();
            return StandardCharsets.UTF_8.newEncoder().canEncode(text) ? text : null;
        }
        if (!value.isNumber()) {
            return value.isBoolean() ? value.toString() : null;
        }
        if (value.length() > LONGEST_NUMBER) {
            return null;
        }
        BigDecimal number = decimal(value.toString());
        // Compared before it is written out: 1e999999999 is short here and a gigabyte there.
        if (number == null || number.abs().compareTo(LARGEST) > 0 || number.scale() > LONGEST_NUMBER) {
            return null;
        }
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    static String headerName(String marked) {
        return PREFIX + marked;
    }

    static String caseless(String marked) {
        return marked.toLowerCase(Locale.ROOT);
    }
}
