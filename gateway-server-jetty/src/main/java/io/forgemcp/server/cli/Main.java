package io.forgemcp.server.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line: {@code java -jar forge-gateway.jar COMMAND}. */
@Command(
        name = "forge-gateway",
        description = "One URL in front of many MCP servers.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    Main() {
        this.spec = CommandSpec.create();
    }

    /** Runs the command that the arguments name and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /** Runs a command without ending the process. */
    static int run(PrintStream out, PrintStream err, String... arguments) {
        return commandLine(out, err, arguments).execute(arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is needed.");
    }

    /**
     * The parser for these arguments. Where the first one names a command, only that command is built: reading the
     * annotations of all of them would be a noticeable part of the start.
     */
    static CommandLine commandLine(PrintStream out, PrintStream err, String... arguments) {
        Map<String, Supplier<Object>> commands = commands(out);
        CommandLine root = new CommandLine(new Main());
        Supplier<Object> named = arguments.length == 0 ? null : commands.get(arguments[0]);
        if (named != null) {
            root.addSubcommand(arguments[0], new CommandLine(named.get()));
        } else {
            commands.forEach((name, command) -> root.addSubcommand(name, new CommandLine(command.get())));
        }
        root.setOut(new PrintWriter(out, true));
        root.setErr(new PrintWriter(err, true));
        return root;
    }

    private static Map<String, Supplier<Object>> commands(PrintStream out) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("version", () -> new VersionCommand(new Output(out)));
        return commands;
    }

    /** The answer to {@code --version}. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"forge-gateway " + Build.current().version()};
        }
    }
}
