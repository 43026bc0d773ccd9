package io.forgemcp.server.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether the machine is fit for the gateway. Every check tries the thing instead of looking for a file. */
final class MachineChecks {
    private static final long MEBI = 1024L * 1024;
    private static final long LEAST_MEMORY = 512 * MEBI;
    private static final long LEAST_DISK = 512 * MEBI;
    private static final int LEAST_NODE = 18;

    /** What uvx answers; older ones name uv. */
    static final Pattern UVX_VERSION = Pattern.compile("uvx? (\\d+)\\..*");

    private MachineChecks() {}

    static Diagnosis java() {
        int version = Runtime.version().feature();
        String evidence = "Java " + System.getProperty("java.version") + " of " + System.getProperty("java.vendor");
        return version >= 17
                ? Diagnosis.pass("java", evidence)
                : Diagnosis.fail("java", evidence, "Install Java 17 or later.");
    }

    static Diagnosis cores() {
        int cores = Runtime.getRuntime().availableProcessors();
        String evidence = cores + (cores == 1 ? " core" : " cores");
        return cores >= 2
                ? Diagnosis.pass("cores", evidence)
                : Diagnosis.fail("cores", evidence, "Give the machine or container two cores.");
    }

    static Diagnosis memory() {
        // Knows the limit of a container, which /proc/meminfo does not.
        long bytes = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        String evidence = bytes / MEBI + " MB, of which the gateway's heap may take "
                + Runtime.getRuntime().maxMemory() / MEBI + " MB";
        return bytes >= LEAST_MEMORY
                ? Diagnosis.pass("memory", evidence)
                : Diagnosis.fail("memory", evidence, "Give the machine or container at least 512 MB.");
    }

    static Diagnosis disk(Path data) {
        Path existing = data.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        try {
            long bytes = Files.getFileStore(existing).getUsableSpace();
            String evidence = bytes / MEBI + " MB free at " + existing;
            return bytes >= LEAST_DISK
                    ? Diagnosis.pass("disk", evidence)
                    : Diagnosis.fail("disk", evidence, "Free some space, or name another place with --data.");
        } catch (IOException e) {
            return Diagnosis.fail("disk", existing + " cannot be read: " + e.getMessage(), "Check its permissions.");
        }
    }

    static Diagnosis dataDirectory(Path data) {
        try {
            Path directory = DataDirectory.prepare(data);
            Path probe = Files.createTempFile(directory, "doctor", ".probe");
            Files.delete(probe);
            return Diagnosis.pass("data", directory + " can be written");
        } catch (CommandFailure | IOException e) {
            return Diagnosis.fail(
                    "data", data + " cannot be written: " + e.getMessage(), "Name another place with --data.");
        }
    }

    static Diagnosis node() {
        return program(
                List.of("node", "--version"),
                Pattern.compile("v(\\d+)\\..*"),
                LEAST_NODE,
                "Node.js",
                "Node.js is not installed: services that npm delivers cannot start",
                "Install Node.js 18 or later for npm's servers.");
    }

    static Diagnosis uvx() {
        return program(
                List.of("uvx", "--version"),
                UVX_VERSION,
                0,
                "uv:",
                "uv is not installed: services that uvx delivers cannot start",
                "Install uv, which brings uvx, again.");
    }

    /**
     * Asks a program that delivers servers for its version.
     *
     * @param version its first group is the major version
     * @param least the least major version that will do
     * @param absent what it means that the program is not there, which is no failure: not everybody has such servers
     */
    static Diagnosis program(
            List<String> command, Pattern version, int least, String name, String absent, String remedy) {
        String item = command.get(0);
        String said;
        try {
            Process asked =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            if (!asked.waitFor(10, TimeUnit.SECONDS)) {
                asked.destroyForcibly();
                return Diagnosis.fail(item, String.join(" ", command) + " does not end", remedy);
            }
            said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException notThere) {
            return Diagnosis.notApplicable(item, absent);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Diagnosis.notApplicable(item, "interrupted");
        }
        Matcher major = version.matcher(said);
        String evidence = name + " " + said;
        return major.matches() && Integer.parseInt(major.group(1)) >= least
                ? Diagnosis.pass(item, evidence)
                : Diagnosis.fail(item, evidence, remedy);
    }
}
