package io.forgemcp.server.cli;

import io.forgemcp.gateway.config.LoadResult;
import io.forgemcp.gateway.config.read.Finding;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reports every problem of a configuration at once. */
@Command(
        name = "validate",
        description = "Read the configuration and report every problem with file, line and column.",
        mixinStandardHelpOptions = true)
final class ConfigValidateCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Mixin
    private final ConfigurationOptions options = new ConfigurationOptions();

    @Option(names = "--strict", description = "Count warnings as errors.")
    private boolean strict;

    ConfigValidateCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        ConfigurationOptions.Loaded loaded = options.load(output.shell());
        LoadResult result = loaded.result();
        int errors = result.findings(Finding.Severity.ERROR).size();
        int warnings = result.findings(Finding.Severity.WARNING).size();
        boolean valid = errors == 0 && !(strict && warnings > 0);
        output.print(
                Map.of(
                        "directory", loaded.directory().toString(),
                        "valid", valid,
                        "services", result.configuration().services().size(),
                        "findings",
                                result.findings().stream()
                                        .map(ConfigValidateCommand::document)
                                        .toList()),
                out -> {
                    List<Finding> findings = result.findings();
                    findings.forEach(finding -> out.println(finding.describe()));
                    out.printf(
                            Locale.ROOT,
                            "%s: %s, %d services, %d errors, %d warnings, %d notes%n",
                            loaded.directory(),
                            valid ? "valid" : "NOT VALID",
                            result.configuration().services().size(),
                            errors,
                            warnings,
                            findings.size() - errors - warnings);
                });
        return valid ? ExitCode.OK : ExitCode.CONFIGURATION;
    }

    private static Map<String, Object> document(Finding finding) {
        return Map.of(
                "severity", finding.severity().name().toLowerCase(Locale.ROOT),
                "file", finding.file(),
                "line", finding.line(),
                "column", finding.column(),
                "key", finding.keyPath(),
                "message", finding.message());
    }
}
