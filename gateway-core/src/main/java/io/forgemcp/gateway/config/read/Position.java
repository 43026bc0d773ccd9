package io.forgemcp.gateway.config.read;

/**
 * Where a value stands.
 *
 * @param file as the user would open it
 * @param line from 1; 0 for the whole file
 * @param column from 1; 0 for the whole line
 */
public record Position(String file, int line, int column) {
    /** The whole file. */
    public static Position file(String file) {
        return new Position(file, 0, 0);
    }

    /** {@code file:line}, the form in which one finding mentions another place. */
    @Override
    public String toString() {
        return line > 0 ? file + ":" + line : file;
    }
}
