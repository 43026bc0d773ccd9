package io.forgemcp.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Everything about configuration files; does nothing without a subcommand. */
@Command(
        name = "config",
        description = "Check, show and bring over configuration files.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class ConfigCommand {
    private ConfigCommand() {}

    static CommandLine commandLine(Output output) {
        return new CommandLine(new ConfigCommand())
                .addSubcommand("validate", new ConfigValidateCommand(output))
                .addSubcommand("show", new ConfigShowCommand(output))
                .addSubcommand("migrate", new ConfigMigrateCommand(output));
    }
}
