package io.forgemcp.gateway.virtualserver;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.ReadyAnswer;
import io.forgemcp.gateway.protocol.TaskSupport;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One list of a virtual server, in a stable order, with its answer ready as bytes. Immutable.
 */
public final class ExposedList {
    /**
     * One entry as clients see it.
     *
     * @param name under which it is shown; for resources the URI, for templates the URI template
     * @param json the description, with the name of this virtual server in it
     */
    public record Entry(String name, Route route, JsonSlice json) {
        private boolean looksLike(Entry other) {
            return json.equals(other.json) && route.tasks() == other.route.tasks();
        }

        /** As clients with sessions see it: they are told of each tool that may run as a task. */
        private JsonSlice jsonWithSessions() {
            return route.tasks() != TaskSupport.SERVER_DECIDES || json.member("execution") != null
                    ? json
                    : json.withMember("execution", MAY_BE_TASK);
        }
    }

    private static final byte[] MAY_BE_TASK = "{\"taskSupport\":\"optional\"}".getBytes(StandardCharsets.US_ASCII);

    private final String member;
    private final List<Entry> entries;
    private final byte[] meta;
    private final ReadyAnswer ready;
    private volatile boolean wholeForAll;

    /**
     * @param member of the result: {@code tools}, {@code prompts}, {@code resources} or {@code resourceTemplates}
     * @param problems what is missing and why, for the result's {@code _meta}
     */
    ExposedList(String member, List<Entry> entries, List<Problem> problems) {
        this.member = member;
        this.entries = List.copyOf(entries);
        this.meta = meta(problems);
        this.ready = new ReadyAnswer(write(this.entries));
    }

    public List<Entry> entries() {
        return entries;
    }

    /** The whole answer to a list request of a client with sessions, ready to be sent. */
    public ReadyAnswer ready() {
        return ready;
    }

    /**
     * Whether the caller may see all entries, so that the ready answer is right.
     *
     * @param uniform whether every caller sees the same; what is found out is kept then
     */
    public boolean isWhole(Predicate<Entry> visible, boolean uniform) {
        if (uniform && wholeForAll) {
            return true;
        }
        for (Entry entry : entries) {
            if (!visible.test(entry)) {
                return false;
            }
        }
        if (uniform) {
            wholeForAll = true;
        }
        return true;
    }

    /**
     * Whether somebody who may see these entries sees the same ones in another list. What is missing, and why, is not looked
     * at: that a server is out of order changes the lists that had something of it, and no other.
     */
    public boolean looksLike(ExposedList other, Predicate<Entry> visible) {
        if (this == other) {
            return true;
        }
        Iterator<Entry> mine = entries.stream().filter(visible).iterator();
        Iterator<Entry> others = other.entries.stream().filter(visible).iterator();
        while (mine.hasNext() && others.hasNext()) {
            if (!mine.next().looksLike(others.next())) {
                return false;
            }
        }
        return mine.hasNext() == others.hasNext();
    }

    /** The result with only the entries that the caller may see. */
    public byte[] result(Predicate<Entry> visible) {
        if (isWhole(visible, false)) {
            return ready.result();
        }
        List<Entry> seen = new ArrayList<>(entries);
        seen.removeIf(visible.negate());
        return write(seen);
    }

    /**
     * One page of the result with only the entries that the caller may see, and with members of the asker's own.
     *
     * @param members JSON members without braces that come before the list
     * @param metaMembers JSON members without braces for the result's {@code _meta}
     * @param offset of the first entry among those that the caller may see
     * @param size most entries of the page
     * @param next makes the cursor of the page that begins at an offset
     */
    public byte[] result(
            Predicate<Entry> visible,
            String members,
            String metaMembers,
            int offset,
            int size,
            IntFunction<String> next) {
        List<Entry> seen = entries.stream().filter(visible).toList();
        int from = Math.min(offset, seen.size());
        int to = Math.min(from + size, seen.size());
        ByteArrayOutputStream out =
                new ByteArrayOutputStream(ready.shared().length + members.length() + metaMembers.length());
        out.writeBytes(("{" + members + ",").getBytes(StandardCharsets.UTF_8));
        writeEntries(out, seen.subList(from, to), Entry::json);
        if (to < seen.size()) {
            out.writeBytes(",\"nextCursor\":".getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(JsonText.quote(next.apply(to)));
        }
        out.writeBytes((",\"_meta\":{" + metaMembers).getBytes(StandardCharsets.UTF_8));
        if (meta.length > 0) {
            out.write(',');
            out.writeBytes(meta);
        }
        out.writeBytes("}}".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    /**
     * One page of the result: at most so many of the entries that the caller may see.
     *
     * @param offset of the first one among them
     * @param next makes the cursor of the page that begins at an offset
     */
    public byte[] page(Predicate<Entry> visible, int offset, int size, IntFunction<String> next) {
        List<Entry> seen = entries.stream().filter(visible).toList();
        int from = Math.min(offset, seen.size());
        int to = Math.min(from + size, seen.size());
        return write(seen.subList(from, to), to < seen.size() ? next.apply(to) : null);
    }

    private byte[] write(List<Entry> shown) {
        return write(shown, null);
    }

    private byte[] write(List<Entry> shown, @Nullable String nextCursor) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(64 + shown.size() * 256);
        out.write('{');
        writeEntries(out, shown, Entry::jsonWithSessions);
        if (nextCursor != null) {
            out.writeBytes(",\"nextCursor\":".getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(JsonText.quote(nextCursor));
        }
        if (meta.length > 0) {
            out.writeBytes(",\"_meta\":{".getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(meta);
            out.write('}');
        }
        out.write('}');
        return out.toByteArray();
    }

    private void writeEntries(ByteArrayOutputStream out, List<Entry> shown, Function<Entry, JsonSlice> form) {
        out.writeBytes(("\"" + member + "\":[").getBytes(StandardCharsets.US_ASCII));
        boolean first = true;
        for (Entry entry : shown) {
            if (!first) {
                out.write(',');
            }
            first = false;
            out.writeBytes(form.apply(entry).toBytes());
        }
        out.write(']');
    }

    /** The members of {@code _meta} that name what is missing; nothing if nothing is. */
    private static byte[] meta(List<Problem> problems) {
        if (problems.isEmpty()) {
            return new byte[0];
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("\"io.forgemcp/problems\":[".getBytes(StandardCharsets.US_ASCII));
        boolean first = true;
        for (Problem problem : problems) {
            out.writeBytes((first ? "{\"service\":" : ",{\"service\":").getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(JsonText.quote(problem.service()));
            out.writeBytes(",\"problem\":".getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(JsonText.quote(problem.reason()));
            out.write('}');
            first = false;
        }
        out.write(']');
        return out.toByteArray();
    }

    /** Something that a list lacks, and why. */
    public record Problem(String service, String reason) {}
}
