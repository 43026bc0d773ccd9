package io.forgemcp.server.cli;

import io.forgemcp.server.rest.Version;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what this is and what it runs on. */
@Command(
        name = "version",
        description = "Print the version of the gateway and of Java.",
        mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    VersionCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        Version build = Version.current();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", build.version());
        fields.put("commit", build.commit());
        fields.put("java", System.getProperty("java.version"));
        fields.put("javaVendor", System.getProperty("java.vendor"));
        fields.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        output.print(
                fields,
                out -> out.printf(
                        "Forge MCP Gateway %s (%s), Java %s%n", build.version(), build.commit(), fields.get("java")));
        return ExitCode.OK;
    }
}
