package io.forgemcp.server.cli;

import io.forgemcp.gateway.config.Migration;
import io.forgemcp.gateway.config.Migration.Overwrite;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.error.GatewayException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes over the files of an existing deployment. */
@Command(
        name = "migrate",
        description = "Write the configuration of an existing deployment anew, its contradictions settled.",
        mixinStandardHelpOptions = true)
final class ConfigMigrateCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Option(names = "--from", required = true, paramLabel = "DIR", description = "The old directory; stays as it is.")
    private Path from = Path.of("");

    @Option(names = "--to", required = true, paramLabel = "DIR", description = "The new directory.")
    private Path to = Path.of("");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "The data directory that the gateway will have, to find volumes that would show it to servers."
                            + " Default: ${DEFAULT-VALUE}.")
    private Path data = GatewayOptions.DEFAULT_DATA;

    @Option(names = "--force", description = "Replace the new directory if it is there; it is kept under another name.")
    private boolean force;

    ConfigMigrateCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        Environment environment = Environment.read(Path.of(""), output.shell().environment());
        Migration.Report report;
        try {
            report = Migration.migrate(from, to, environment, force ? Overwrite.REPLACE : Overwrite.REFUSE);
        } catch (GatewayException e) {
            throw new CommandFailure(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
        List<String> left = Stream.concat(
                        report.result().findings().stream().map(Finding::describe),
                        RefusedVolumes.of(report.result().configuration(), environment, to, data).stream())
                .toList();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("directory", to.toString());
        document.put("files", report.files());
        document.put("changes", report.changes());
        document.put("backup", report.backup() == null ? null : report.backup().toString());
        document.put("findings", left);
        output.print(document, out -> print(out, report, left));
        return ExitCode.OK;
    }

    private void print(PrintStream out, Migration.Report report, List<String> left) {
        report.changes().forEach(change -> out.println("changed  " + change));
        left.forEach(finding -> out.println("left     " + finding));
        if (report.backup() != null) {
            out.println("What was in " + to + " is kept in " + report.backup() + ".");
        }
        out.println("Wrote " + report.files().size() + " files to " + to + ": "
                + report.changes().size() + " changes, " + left.size() + " findings left to decide.");
    }
}
