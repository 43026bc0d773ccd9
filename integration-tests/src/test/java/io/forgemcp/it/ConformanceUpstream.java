package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.util.List;

/** The server with the suite's fixtures, {@code src/test/js/conformance}, as a process of its own. */
final class ConformanceUpstream implements AutoCloseable {
    /** How many tools it has. */
    static final int TOOLS = 28;

    private final Process process;
    private final URI url;

    private ConformanceUpstream(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    static ConformanceUpstream start() {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Checkout.modernNode(), Checkout.script("conformance/server.mjs").toString(), "0"));
        builder.redirectError(Redirect.INHERIT);
        try {
            Process process = builder.start();
            BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
            String line = out.readLine();
            if (line == null) {
                throw new AssertionError("The conformance upstream ended before it listened");
            }
            return new ConformanceUpstream(process, URI.create(line));
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
