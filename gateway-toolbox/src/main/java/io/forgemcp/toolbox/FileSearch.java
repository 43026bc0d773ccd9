package io.forgemcp.toolbox;

import io.forgemcp.gateway.inprocess.ToolArguments;
import io.forgemcp.gateway.inprocess.ToolCall;
import io.forgemcp.gateway.inprocess.ToolFailure;
import io.forgemcp.gateway.inprocess.ToolResponse;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Finds files by name and content. One is made for each search. */
final class FileSearch extends SimpleFileVisitor<Path> {
    private static final int LONGEST_LINE = 200;

    private final Sandbox sandbox;
    private final List<String> found = new ArrayList<>();
    private int limit;
    private int skipped;
    private @Nullable String text;
    private @Nullable Path base;
    private @Nullable PathMatcher matcher;
    private @Nullable ToolCall call;

    FileSearch(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    ToolResponse search(ToolArguments arguments, ToolCall toolCall) throws IOException {
        Path directory = sandbox.directory(arguments.string("path", "."));
        String glob = arguments.string("glob", "**");
        text = arguments.has("text") ? arguments.string("text").toLowerCase(Locale.ROOT) : null;
        limit = arguments.integer("limit", 100);
        base = directory;
        call = toolCall;
        try {
            // As people expect it, a leading **/ also stands for no directory at all.
            String rooted = glob.startsWith("**/") ? "{" + glob.substring(3) + "," + glob + "}" : glob;
            matcher = directory.getFileSystem().getPathMatcher("glob:" + rooted);
        } catch (PatternSyntaxException bad) {
            throw new ToolFailure("\"" + glob + "\" is not a glob: " + bad.getDescription() + ".", bad);
        }
        Files.walkFileTree(directory, this);
        StringBuilder answer = new StringBuilder(found.isEmpty() ? "Nothing was found." : String.join("\n", found));
        if (found.size() == limit) {
            answer.append("\n... perhaps more: the limit of ").append(limit).append(" is reached.");
        }
        if (skipped > 0) {
            answer.append("\n").append(skipped).append(" files were too big, not text or not readable.");
        }
        return ToolResponse.text(answer.toString());
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        if (call != null && call.isCancelled()) {
            return FileVisitResult.TERMINATE;
        }
        if (attributes.isRegularFile() && base != null && matches(base.relativize(file))) {
            if (text == null) {
                found.add(sandbox.name(file));
            } else {
                searchLines(file, attributes.size(), text);
            }
        }
        return found.size() >= limit ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }

    private boolean matches(Path relative) {
        return matcher != null && matcher.matches(relative);
    }

    private void searchLines(Path file, long size, String wanted) throws IOException {
        String content = size > FilesServer.MOST_BYTES ? null : FilesServer.decoded(Files.readAllBytes(file));
        if (content == null) {
            skipped++;
            return;
        }
        int number = 0;
        for (String line : (Iterable<String>) content.lines()::iterator) {
            number++;
            if (line.toLowerCase(Locale.ROOT).contains(wanted)) {
                String shown = line.strip();
                found.add(sandbox.name(file) + ":" + number + ": "
                        + (shown.length() > LONGEST_LINE ? shown.substring(0, LONGEST_LINE) + "..." : shown));
                if (found.size() >= limit) {
                    return;
                }
            }
        }
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
        skipped++;
        return FileVisitResult.CONTINUE;
    }
}
