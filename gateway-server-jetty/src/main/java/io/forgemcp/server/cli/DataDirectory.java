package io.forgemcp.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

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

    /** What the gateway of this directory is called where it has to know its own things again: made once, then kept. */
    static String identity(Path directory) {
        Path file = prepare(directory).resolve("identity");
        try {
            if (Files.isRegularFile(file)) {
                String known = Files.readString(file).strip();
                if (!known.isEmpty()) {
                    return known;
                }
            }
            String made = UUID.randomUUID().toString();
            Files.writeString(file, made + "\n");
            return made;
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, file + " cannot be read or written: " + e + ".", e);
        }
    }
}
