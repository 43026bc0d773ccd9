package io.forgemcp.server.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** Writes what bash and zsh need to complete this command line. */
@Command(
        name = "completion",
        description = "Print a completion script for bash and zsh: source <(forge-gateway completion)",
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
    private final Shell shell;

    CompletionCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        shell.out().print(AutoComplete.bash("forge-gateway", Main.everyCommand(shell)));
        return ExitCode.OK;
    }
}
