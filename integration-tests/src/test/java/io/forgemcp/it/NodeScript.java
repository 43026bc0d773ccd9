package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** A server of ours for Node, {@code src/test/js}, as a process of its own that prints the URL where it listens. */
final class NodeScript implements AutoCloseable {
    /** The tools of {@link #conformanceServer()}. */
    static final int CONFORMANCE_TOOLS = 35;

    private final Process process;
    private final URI url;

    private NodeScript(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /** The server with every fixture that the conformance suite looks up. */
    static NodeScript conformanceServer() {
        return start("conformance/server.mjs");
    }

    /** The same without sessions, as servers of 2026-07-28 are. */
    static NodeScript modernServer() {
        return start("conformance/server.mjs", "0", "modern");
    }

    static NodeScript start(String script, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Checkout.modernNode(), Checkout.script(script).toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(Redirect.INHERIT);
        try {
            Process process = builder.start();
            BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
            String line = out.readLine();
            if (line == null) {
                throw new AssertionError(script + " ended before it listened");
            }
            return new NodeScript(process, URI.create(line));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    URI url() {
        return url;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
