package io.forgemcp.toolbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.JavaTool;
import io.forgemcp.gateway.inprocess.Schema;
import io.forgemcp.gateway.inprocess.ToolAnnotations;
import io.forgemcp.gateway.inprocess.ToolArguments;
import io.forgemcp.gateway.inprocess.ToolCall;
import io.forgemcp.gateway.inprocess.ToolFailure;
import io.forgemcp.gateway.inprocess.ToolResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Files below one directory that nothing leaves. */
public final class FilesServer {
    /** What one call may read or write: more does not fit into a model's context anyway. */
    static final int MOST_BYTES = 5 * 1024 * 1024;

    private static final int MOST_ENTRIES = 1000;

    private final Sandbox sandbox;

    private FilesServer(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    /** @param root the only directory that the tools see; made when it is first needed */
    public static JavaServer create(Path root) {
        FilesServer files = new FilesServer(new Sandbox(root));
        Schema path = Schema.string("Path below the root, with slashes, such as notes/todo.txt");
        Schema folder = Schema.string("Directory below the root; the root itself if left out")
                .otherwise(".");
        return JavaServer.builder("files", "1.0")
                .instructions("Files of one sandboxed directory. All paths are relative to its root.")
                .tool(tool("list", "Lists a directory: names, kinds and sizes, directories with a slash at the end.")
                        .input(Schema.object()
                                .optional("path", folder)
                                .optional(
                                        "recursive",
                                        Schema.bool("Whether to list everything below it too")
                                                .otherwise(false)))
                        .annotations(ToolAnnotations.READ_ONLY)
                        .handler(files::list))
                .tool(tool(
                                "read",
                                "Reads a file. Text comes as text, anything else as base64; long text can be read in"
                                        + " parts by line.")
                        .input(Schema.object()
                                .required("path", path)
                                .optional(
                                        "firstLine",
                                        Schema.integer("Line to begin with, from 1")
                                                .between(1, Integer.MAX_VALUE))
                                .optional(
                                        "lines",
                                        Schema.integer("How many lines at most").between(1, Integer.MAX_VALUE)))
                        .annotations(ToolAnnotations.READ_ONLY)
                        .handler(files::read))
                .tool(tool(
                                "write",
                                "Writes a whole file, in place of an earlier one if there is one; missing directories"
                                        + " are made. To change a part of a file use edit.")
                        .input(Schema.object()
                                .required("path", path)
                                .required("content", Schema.string("The new content"))
                                .optional(
                                        "encoding",
                                        Schema.oneOf("How the content is written here", "text", "base64")
                                                .otherwise("text"))
                                .optional(
                                        "overwrite",
                                        Schema.bool("False to fail if the file exists")
                                                .otherwise(true)))
                        .annotations(new ToolAnnotations(false, true, true, false))
                        .handler(files::write))
                .tool(tool(
                                "edit",
                                "Replaces passages of a text file. Each old passage must stand in the file exactly once,"
                                        + " unless all is true. Either every edit is made or none.")
                        .input(Schema.object()
                                .required("path", path)
                                .required(
                                        "edits",
                                        Schema.array(
                                                "Made in this order",
                                                Schema.object()
                                                        .required(
                                                                "old",
                                                                Schema.string(
                                                                        "Passage to replace, exactly as it stands"))
                                                        .required("new", Schema.string("What to put in its place"))
                                                        .optional(
                                                                "all",
                                                                Schema.bool("Whether to replace it everywhere")
                                                                        .otherwise(false))))
                                .optional(
                                        "dryRun",
                                        Schema.bool("True to see what would change")
                                                .otherwise(false)))
                        .annotations(ToolAnnotations.DESTRUCTIVE)
                        .handler(files::edit))
                .tool(tool(
                                "search",
                                "Finds files by a glob on their path and, if text is given, the lines that contain it.")
                        .input(Schema.object()
                                .optional("path", folder)
                                .optional(
                                        "glob",
                                        Schema.string("Such as **/*.md or report-?.txt")
                                                .otherwise("**"))
                                .optional(
                                        "text", Schema.string("Text that a line must contain, without regard to case"))
                                .optional(
                                        "limit",
                                        Schema.integer("How many at most")
                                                .between(1, MOST_ENTRIES)
                                                .otherwise(100)))
                        .annotations(ToolAnnotations.READ_ONLY)
                        .handler((arguments, call) -> new FileSearch(files.sandbox).search(arguments, call)))
                .tool(tool("move", "Moves or renames a file or directory. Fails if something is at the new place.")
                        .input(Schema.object().required("from", path).required("to", path))
                        .annotations(ToolAnnotations.DESTRUCTIVE)
                        .handler(files::move))
                .tool(tool(
                                "delete",
                                "Deletes a file or an empty directory, or with recursive true a directory with all that"
                                        + " is in it. Cannot be undone.")
                        .input(Schema.object()
                                .required("path", path)
                                .optional(
                                        "recursive",
                                        Schema.bool("Whether to delete what is in it")
                                                .otherwise(false)))
                        .annotations(ToolAnnotations.DESTRUCTIVE)
                        .handler(files::delete))
                .tool(tool("info", "Tells kind, size and times of a file or directory.")
                        .input(Schema.object().optional("path", folder))
                        .annotations(ToolAnnotations.READ_ONLY)
                        .handler(files::info))
                .build();
    }

    private static JavaTool.Builder tool(String name, String description) {
        return JavaTool.named(name, description);
    }

    private ToolResponse list(ToolArguments arguments) throws IOException {
        Path directory = sandbox.directory(arguments.string("path", "."));
        int depth = arguments.bool("recursive", false) ? Integer.MAX_VALUE : 1;
        List<Path> entries;
        try (Stream<Path> walk = Files.walk(directory, depth)) {
            entries = walk.filter(entry -> !entry.equals(directory))
                    .limit(MOST_ENTRIES + 1L)
                    .sorted()
                    .toList();
        }
        StringBuilder text = new StringBuilder();
        for (Path entry : entries.subList(0, Math.min(MOST_ENTRIES, entries.size()))) {
            BasicFileAttributes attributes = attributes(entry);
            text.append(directory.relativize(entry).toString().replace('\\', '/'));
            if (attributes.isDirectory()) {
                text.append('/');
            } else if (attributes.isSymbolicLink()) {
                text.append(" (symbolic link, not followed)");
            } else {
                text.append("  ").append(Sandbox.size(attributes.size()));
            }
            text.append('\n');
        }
        if (entries.isEmpty()) {
            text.append("The directory is empty.");
        } else if (entries.size() > MOST_ENTRIES) {
            text.append("... more than ").append(MOST_ENTRIES).append(" entries: list a directory below, or search.");
        }
        return ToolResponse.text(text.toString().stripTrailing());
    }

    private ToolResponse read(ToolArguments arguments) throws IOException {
        String given = arguments.string("path");
        Path file = sandbox.file(given);
        long size = Files.size(file);
        if (size > MOST_BYTES) {
            throw new ToolFailure(
                    "\"" + given + "\" has " + Sandbox.size(size) + ", more than the " + Sandbox.size(MOST_BYTES)
                            + " that can be read at once. Use search to find the lines that matter.");
        }
        byte[] bytes = Files.readAllBytes(file);
        String text = decoded(bytes);
        if (text == null) {
            ObjectNode answer = JsonNodeFactory.instance.objectNode();
            answer.put("encoding", "base64")
                    .put("size", size)
                    .put("content", Base64.getEncoder().encodeToString(bytes));
            return ToolResponse.json(answer);
        }
        if (!arguments.has("firstLine") && !arguments.has("lines")) {
            return ToolResponse.text(text);
        }
        List<String> lines = text.lines().toList();
        int from = Math.min(lines.size(), arguments.integer("firstLine", 1) - 1);
        int to = (int) Math.min(lines.size(), (long) from + arguments.integer("lines", Integer.MAX_VALUE));
        return ToolResponse.text(String.join("\n", lines.subList(from, to)))
                .andText("Lines " + (from + 1) + " to " + to + " of " + lines.size() + ".");
    }

    private ToolResponse write(ToolArguments arguments) throws IOException {
        String given = arguments.string("path");
        String content = arguments.string("content");
        byte[] bytes;
        try {
            bytes = arguments.string("encoding", "text").equals("base64")
                    ? Base64.getDecoder().decode(content.replaceAll("\\s", ""))
                    : content.getBytes(StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw new ToolFailure("The content is not base64: " + notBase64.getMessage() + ".", notBase64);
        }
        checkSize(bytes.length);
        Path file = sandbox.resolve(given);
        boolean existed = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        if (existed && !arguments.bool("overwrite", true)) {
            throw new ToolFailure("\"" + given + "\" exists already, and overwrite is false.");
        }
        sandbox.write(file, bytes);
        return ToolResponse.text(
                (existed ? "Replaced " : "Created ") + sandbox.name(file) + " (" + Sandbox.size(bytes.length) + ").");
    }

    private ToolResponse edit(ToolArguments arguments) throws IOException {
        String given = arguments.string("path");
        Path file = sandbox.file(given);
        checkSize(Files.size(file));
        String text = decoded(Files.readAllBytes(file));
        if (text == null) {
            throw new ToolFailure("\"" + given + "\" is not a text file. Use write to replace it.");
        }
        StringBuilder report = new StringBuilder();
        List<JsonNode> edits = arguments.items("edits");
        for (int i = 0; i < edits.size(); i++) {
            String old = edits.get(i).path("old").asText();
            String fresh = edits.get(i).path("new").asText();
            int count = count(text, old);
            boolean all = edits.get(i).path("all").asBoolean();
            if (count == 0 || (count > 1 && !all)) {
                throw new ToolFailure("Nothing was changed: the old passage of edits[" + i + "] stands "
                        + (count == 0
                                ? "nowhere in \"" + given + "\". Read the file and copy the passage exactly."
                                : count + " times in \"" + given + "\". Give more of its surroundings, or set all."));
            }
            text = text.replace(old, fresh);
            report.append("edits[").append(i).append("]: ").append(count).append(count == 1 ? " place\n" : " places\n");
        }
        boolean dry = arguments.bool("dryRun", false);
        if (!dry) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            checkSize(bytes.length);
            sandbox.write(file, bytes);
        }
        return ToolResponse.text((dry ? "Would change " : "Changed ") + sandbox.name(file) + ".\n"
                + report.toString().stripTrailing());
    }

    private ToolResponse move(ToolArguments arguments) throws IOException {
        Path from = sandbox.existing(arguments.string("from"));
        Path to = sandbox.resolve(arguments.string("to"));
        if (sandbox.isRoot(from) || to.startsWith(from)) {
            throw new ToolFailure("A directory cannot be moved into itself.");
        }
        if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
            throw new ToolFailure(
                    "\"" + sandbox.name(to) + "\" exists already. Delete it first or choose another name.");
        }
        Files.createDirectories(to.getParent());
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        return ToolResponse.text("Moved " + sandbox.name(from) + " to " + sandbox.name(to) + ".");
    }

    private ToolResponse delete(ToolArguments arguments, ToolCall call) throws IOException {
        Path path = sandbox.existing(arguments.string("path"));
        if (sandbox.isRoot(path)) {
            throw new ToolFailure("The root itself cannot be deleted. Delete what is in it by name.");
        }
        List<Path> doomed = new ArrayList<>();
        // Walking does not follow links, so a link is deleted and what it points to stays.
        try (Stream<Path> walk = Files.walk(path)) {
            walk.sorted(Comparator.reverseOrder()).forEach(doomed::add);
        }
        if (doomed.size() > 1 && !arguments.bool("recursive", false)) {
            throw new ToolFailure("\"" + sandbox.name(path) + "\" is a directory with " + (doomed.size() - 1)
                    + " entries in it. Set recursive to delete them all.");
        }
        for (Path each : doomed) {
            if (call.isCancelled()) {
                throw new ToolFailure("Cancelled before everything was deleted.");
            }
            Files.deleteIfExists(each);
        }
        return ToolResponse.text("Deleted " + sandbox.name(path)
                + (doomed.size() > 1 ? " with " + (doomed.size() - 1) + " entries." : "."));
    }

    private ToolResponse info(ToolArguments arguments) throws IOException {
        Path path = sandbox.existing(arguments.string("path", "."));
        BasicFileAttributes attributes = attributes(path);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("path", sandbox.name(path));
        answer.put("kind", attributes.isDirectory() ? "directory" : attributes.isRegularFile() ? "file" : "other");
        answer.put("size", attributes.size());
        answer.put(
                "modified",
                attributes
                        .lastModifiedTime()
                        .toInstant()
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString());
        answer.put(
                "created",
                attributes
                        .creationTime()
                        .toInstant()
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString());
        answer.put("writable", Files.isWritable(path));
        return ToolResponse.json(answer);
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static int count(String text, String part) {
        if (part.isEmpty()) {
            return 0;
        }
        int count = 0;
        for (int i = text.indexOf(part); i >= 0; i = text.indexOf(part, i + part.length())) {
            count++;
        }
        return count;
    }

    private static void checkSize(long bytes) {
        if (bytes > MOST_BYTES) {
            throw new ToolFailure(Sandbox.size(bytes) + " is more than the " + Sandbox.size(MOST_BYTES)
                    + " that a file here may have.");
        }
    }

    /** The bytes as text; null if they are not text in UTF-8. */
    static @Nullable String decoded(byte[] bytes) {
        for (byte b : bytes) {
            if (b == 0) {
                return null;
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException binary) {
            return null;
        }
    }
}
