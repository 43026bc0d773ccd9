package io.forgemcp.server.cli;

import io.forgemcp.server.rest.Version;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code java -jar forge-gateway.jar COMMAND}. */
public final class Main {
    private Main() {}

    /** Runs the command that the arguments name and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(Shell.system(), arguments));
    }

    /** Runs a command without ending the process. */
    static int run(Shell shell, String... arguments) {
        return commandLine(shell, arguments.length == 0 ? null : arguments[0]).execute(arguments);
    }

    /** The parser of every command, for completion and help. */
    static CommandLine everyCommand(Shell shell) {
        return commandLine(shell, null);
    }

    /**
     * Where the first argument names a command, only that command is built: reading the annotations of all of them
     * would be a noticeable part of the start.
     */
    private static CommandLine commandLine(Shell shell, @Nullable String first) {
        Output output = new Output(shell);
        Map<String, Supplier<Object>> commands = commands(output);
        CommandLine root = new CommandLine(new Root());
        Supplier<Object> named = first == null ? null : commands.get(first);
        if (named != null) {
            root.addSubcommand(first, parser(named));
        } else {
            commands.forEach((name, command) -> root.addSubcommand(name, parser(command)));
        }
        root.setOut(new PrintWriter(shell.out(), true));
        root.setErr(new PrintWriter(shell.err(), true));
        root.setCaseInsensitiveEnumValuesAllowed(true);
        // @FILE is for --args, which reads it as JSON.
        root.setExpandAtFiles(false);
        root.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof CommandFailure known) {
                output.failed(known);
                return known.exitCode();
            }
            throw failure;
        });
        return root;
    }

    private static Map<String, Supplier<Object>> commands(Output output) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("serve", () -> new ServeCommand(output));
        commands.put("services", () -> ServicesCommand.commandLine(output));
        commands.put("report", () -> new ReportCommand(output));
        commands.put("authorize", () -> new AuthorizeCommand(output));
        commands.put("tools", () -> new ToolsCommand(output));
        commands.put("call", () -> new CallCommand(output));
        commands.put("servers", () -> new ServersCommand(output));
        commands.put("config", () -> ConfigCommand.commandLine(output));
        commands.put("stdio", () -> new StdioCommand(output));
        commands.put("translate", () -> new TranslateCommand(output));
        commands.put("doctor", () -> new DoctorCommand(output));
        commands.put("version", () -> new VersionCommand(output));
        commands.put("completion", () -> new CompletionCommand(output.shell()));
        return commands;
    }

    private static CommandLine parser(Supplier<Object> command) {
        Object parsed = command.get();
        return parsed instanceof CommandLine finished ? finished : new CommandLine(parsed);
    }

    /** What stands before the command. */
    @Command(
            name = "forge-gateway",
            description = "One URL in front of many MCP servers.",
            mixinStandardHelpOptions = true,
            versionProvider = VersionLine.class,
            synopsisSubcommandLabel = "COMMAND",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "  0:done",
                "  1:it was tried and did not work",
                "  2:the command line is wrong",
                "  3:the configuration has errors",
                "  4:no gateway answers",
                "  5:a port is taken",
                "130:interrupted before it was done"
            })
    private static final class Root {}

    /** The answer to {@code --version}. */
    private static final class VersionLine implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"forge-gateway " + Version.current().version()};
        }
    }
}
