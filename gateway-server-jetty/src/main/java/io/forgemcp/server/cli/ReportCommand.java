package io.forgemcp.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What sleeping saves, as the running service manager has measured it. */
@Command(
        name = "report",
        description = "Show what services use awake and asleep, and what sleeping saves.",
        mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
    private static final int MINUTE = 60;

    @Mixin
    private final Output output;

    @Mixin
    private final ManagerTarget target = new ManagerTarget();

    ReportCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        RunningGateway manager = target.connect(output.shell());
        JsonNode report = new Progress(output.shell().err())
                .during("reading the report", () -> manager.get("/metrics/efficiency"));
        output.print(report, out -> print(report, out));
        return ExitCode.OK;
    }

    private static void print(JsonNode report, PrintStream out) {
        Table table = new Table(
                "SERVICE",
                "AWAKE min",
                "ASLEEP min",
                "MB AWAKE",
                "MB ASLEEP",
                "SAVED %",
                "CPU AWAKE %",
                "CPU ASLEEP %",
                "WAKE p50 ms",
                "p95 ms");
        for (JsonNode service : report.path("services")) {
            table.row(
                    service.path("name").asText(),
                    number(service.path("awake_seconds").asDouble() / MINUTE, 0),
                    number(service.path("asleep_seconds").asDouble() / MINUTE, 0),
                    number(service.path("memory_awake"), 1),
                    number(service.path("memory_asleep"), 1),
                    number(service.path("memory_saved_percent"), 0),
                    number(service.path("cpu_awake"), 2),
                    number(service.path("cpu_asleep"), 2),
                    number(service.path("wake_time").path("p50_ms"), 0),
                    number(service.path("wake_time").path("p95_ms"), 0));
        }
        table.print(out);
        JsonNode total = report.path("total");
        out.println();
        out.println("All " + total.path("services_measured").asInt() + " that are measured: "
                + number(total.path("memory_mean"), 1) + " MB on average, "
                + number(total.path("memory_baseline"), 1) + " MB if none ever slept, saved "
                + number(total.path("memory_saved_percent"), 0) + " %");
        out.println("This host: " + report.path("swap_class").asText() + ". "
                + report.path("swap_meaning").asText());
        out.println("Measured: " + report.path("method").asText());
    }

    /** A dash is what is not known. */
    private static String number(JsonNode value, int decimals) {
        return value.isNumber() ? number(value.asDouble(), decimals) : "-";
    }

    private static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
