package io.forgemcp.server.cli;

import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.server.ServerSettings;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tries what the gateway needs and says what to do about what fails. */
@Command(
        name = "doctor",
        description = "Check this machine and the configuration; exit code 1 if anything fails.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Mixin
    private final ConfigurationOptions configuration = new ConfigurationOptions();

    @Mixin
    private final ListenOptions listen = new ListenOptions();

    @Option(names = "--data", paramLabel = "DIR", description = "The data directory to check; 'data' by default.")
    private Path data = Path.of("data");

    DoctorCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        List<Diagnosis> diagnoses = new Progress(output.shell().err()).during("examining this machine", this::examine);
        boolean well = diagnoses.stream().noneMatch(each -> each.verdict() == Diagnosis.Verdict.FAIL);
        output.print(Map.of("healthy", well, "checks", diagnoses), out -> print(out, diagnoses));
        return well ? ExitCode.OK : ExitCode.FAILED;
    }

    private List<Diagnosis> examine() {
        ConfigurationOptions.Loaded loaded = configuration.load(output.shell());
        ServerSettings settings = listen.settings(loaded.environment());
        List<Diagnosis> diagnoses = new ArrayList<>();
        diagnoses.add(MachineChecks.java());
        diagnoses.add(MachineChecks.cores());
        diagnoses.add(MachineChecks.memory());
        diagnoses.add(MachineChecks.disk(data));
        diagnoses.add(MachineChecks.dataDirectory(data));
        diagnoses.add(MachineChecks.node());
        diagnoses.add(MachineChecks.uvx());
        String engine = ListenOptions.variable(loaded.environment(), "DOCKER_HOST", "");
        Diagnosis docker = DockerCheck.run(engine);
        diagnoses.add(docker);
        diagnoses.add(SleepCheck.run(engine, docker));
        diagnoses.add(configuration(loaded));
        diagnoses.add(access(settings, loaded));
        diagnoses.add(PortCheck.run(settings.host(), settings.port()));
        return diagnoses;
    }

    private static Diagnosis configuration(ConfigurationOptions.Loaded loaded) {
        List<Finding> errors = loaded.result().findings(Finding.Severity.ERROR);
        String evidence = loaded.directory() + ": "
                + loaded.result().configuration().services().size() + " services, "
                + errors.size() + " errors, "
                + loaded.result().findings(Finding.Severity.WARNING).size() + " warnings";
        return errors.isEmpty()
                ? Diagnosis.pass("configuration", evidence)
                : Diagnosis.fail(
                        "configuration",
                        evidence + "; the first: " + errors.get(0),
                        "Run 'forge-gateway config validate' and mend what it lists.");
    }

    private static Diagnosis access(ServerSettings settings, ConfigurationOptions.Loaded loaded) {
        try {
            return Diagnosis.pass(
                    "access",
                    "callers come in "
                            + AccessOptions.of(settings, loaded.environment()).summary());
        } catch (CommandFailure refused) {
            return Diagnosis.fail("access", String.valueOf(refused.getMessage()), "Use --host 127.0.0.1.");
        }
    }

    private static void print(PrintStream out, List<Diagnosis> diagnoses) {
        for (Diagnosis each : diagnoses) {
            String verdict = each.verdict().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            out.printf(Locale.ROOT, "%-14s  %-14s  %s%n", verdict, each.item(), each.evidence());
            if (!each.remedy().isEmpty()) {
                out.printf(Locale.ROOT, "%-14s  %-14s  -> %s%n", "", "", each.remedy());
            }
        }
        long failed = diagnoses.stream()
                .filter(each -> each.verdict() == Diagnosis.Verdict.FAIL)
                .count();
        out.println(failed == 0 ? "Nothing fails." : failed + " of " + diagnoses.size() + " checks fail.");
    }
}
