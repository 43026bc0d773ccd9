package io.forgemcp.gateway.config.read;

/**
 * Where in a file the reader is.
 *
 * @param path keys joined with dots, for example {@code services.github.resources.memory}
 * @param pattern the same with the names that users choose left open, for example {@code services.<name>.resources.memory}
 * @param depth levels below the top
 */
record Place(String path, String pattern, int depth) {
    static final Place TOP = new Place("", "", 0);

    Place key(String name) {
        return new Place(join(path, name), join(pattern, name), depth + 1);
    }

    Place entry(String name) {
        return new Place(join(path, name), join(pattern, "<name>"), depth + 1);
    }

    Place item(int index) {
        return new Place(path + "[" + index + "]", pattern + "[]", depth + 1);
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    String lastKey() {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
