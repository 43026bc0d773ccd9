package io.forgemcp.server.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * The standard output of a command that speaks MCP there. Nothing else may be written to it, so whatever prints without
 * being asked prints to standard error from then on.
 */
final class StandardStreams extends OutputStream {
    private final PrintStream out;

    private StandardStreams(PrintStream out) {
        this.out = out;
    }

    static OutputStream claimOutput(Shell shell) {
        if (shell.out() == System.out) {
            System.setOut(shell.err());
        }
        return new StandardStreams(shell.out());
    }

    @Override
    public void write(int b) {
        out.write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        out.write(bytes, from, length);
    }

    /** @throws IOException if nobody reads any more, which a print stream does not say by itself */
    @Override
    public void flush() throws IOException {
        if (out.checkError()) {
            throw new IOException("Standard output is closed");
        }
    }
}
