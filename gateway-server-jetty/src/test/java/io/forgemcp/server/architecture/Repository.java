package io.forgemcp.server.architecture;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the files of the project are while its tests run. */
public final class Repository {
    private Repository() {}

    /** The directory with the Makefile. */
    public static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("Makefile"))) {
            directory = directory.getParent();
            if (directory == null) {
                throw new IllegalStateException("The tests run outside the project: no Makefile above "
                        + Path.of("").toAbsolutePath());
            }
        }
        return directory;
    }
}
