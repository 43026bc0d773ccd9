package io.forgemcp.toolbox;

import io.forgemcp.gateway.inprocess.ToolFailure;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Locale;
import java.util.UUID;

/**
 * A directory that nothing leaves: every path is resolved below its root, and a symbolic link anywhere on the way is
 * refused, because what it points to can change between the look and the use.
 */
final class Sandbox {
    private final Path root;

    Sandbox(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** The root with its own links resolved, made if it is not there. */
    Path root() throws IOException {
        Files.createDirectories(root);
        return root.toRealPath();
    }

    /**
     * The place of a path that need not exist.
     *
     * @param given relative to the root, with slashes; a leading slash means the root
     */
    Path resolve(String given) throws IOException {
        String relative = given.strip().replaceFirst("^/+", "");
        Path base = root();
        Path path;
        try {
            path = base.resolve(relative).normalize();
        } catch (InvalidPathException bad) {
            throw new ToolFailure("\"" + given + "\" is not a path: " + bad.getReason() + ".", bad);
        }
        if (!path.startsWith(base)) {
            throw new ToolFailure("\"" + given + "\" leads out of the directory that these tools may use. Give a path"
                    + " below it, without \"..\".");
        }
        checkNoLinks(base, path, given);
        return path;
    }

    private static void checkNoLinks(Path base, Path path, String given) {
        Path current = base;
        for (Path part : base.relativize(path)) {
            current = current.resolve(part);
            if (Files.isSymbolicLink(current)) {
                throw new ToolFailure("\"" + given + "\" goes through the symbolic link \"" + base.relativize(current)
                        + "\". Links are not followed here.");
            }
        }
    }

    /** As {@link #resolve}, of something that exists. */
    Path existing(String given) throws IOException {
        Path path = resolve(given);
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new ToolFailure("\"" + given + "\" does not exist. Use list to see what there is.");
        }
        return path;
    }

    /** As {@link #existing}, of a regular file. */
    Path file(String given) throws IOException {
        Path path = existing(given);
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new ToolFailure(
                    "\"" + given + "\" is " + (attributes.isDirectory() ? "a directory" : "no file") + ".");
        }
        return path;
    }

    /** As {@link #existing}, of a directory. */
    Path directory(String given) throws IOException {
        Path path = existing(given);
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new ToolFailure("\"" + given + "\" is not a directory.");
        }
        return path;
    }

    /** The path as these tools name it. */
    String name(Path path) throws IOException {
        String name = root().relativize(path).toString().replace('\\', '/');
        return name.isEmpty() ? "." : name;
    }

    /** Whether this is the root itself, which may be neither moved nor deleted. */
    boolean isRoot(Path path) throws IOException {
        return path.equals(root());
    }

    /**
     * Replaces or makes a file as a whole: a crash leaves the old content or the new, never a half.
     *
     * @param ofNewFile how a file that is not there yet is made; one that is there keeps its rights
     */
    void write(Path path, byte[] content, FileAttribute<?>... ofNewFile) throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            throw new NoSuchFileException(path.toString());
        }
        try {
            Files.createDirectories(parent);
        } catch (FileAlreadyExistsException file) {
            throw new ToolFailure("\"" + name(parent) + "\" is a file, so nothing can lie in it.", file);
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new ToolFailure("\"" + name(path) + "\" is a directory.");
        }
        Path fresh = parent.resolve("." + UUID.randomUUID() + ".part");
        try {
            Files.write(Files.createFile(fresh, ofNewFile), content);
            PosixFileAttributeView rights = Files.getFileAttributeView(path, PosixFileAttributeView.class);
            if (rights != null && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.setPosixFilePermissions(fresh, rights.readAttributes().permissions());
            }
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    static String size(long bytes) {
        return bytes < 1024
                ? bytes + " bytes"
                : String.format(
                        Locale.ROOT,
                        bytes < 1 << 20 ? "%.1f KB" : "%.1f MB",
                        bytes / (bytes < 1 << 20 ? 1024.0 : 1048576));
    }
}
