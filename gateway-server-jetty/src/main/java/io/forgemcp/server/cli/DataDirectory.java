package io.forgemcp.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Where the gateway keeps what must survive a restart; nobody else may look inside. */
final class DataDirectory {
    private DataDirectory() {}

    /** Makes it, readable by its owner only, if it is not there. */
    static Path prepare(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        if (Files.isDirectory(absolute)) {
            return absolute;
        }
        try {
            if (absolute.getParent() != null) {
                Files.createDirectories(absolute.getParent());
            }
            if (absolute.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createDirectory(
                        absolute, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } else {
                Files.createDirectory(absolute);
            }
            return absolute;
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "The data directory " + absolute + " cannot be made: " + e + ". Name another one with --data.",
                    e);
        }
    }
}
