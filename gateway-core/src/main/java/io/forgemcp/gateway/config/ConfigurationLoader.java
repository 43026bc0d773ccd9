package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.EffectiveValue;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.schema.ServicesFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Reads a configuration directory. No file is needed: what is absent has its defaults. Nothing is thrown for what stands
 * in the files; every problem becomes a {@link Finding}, all of them at once. Thread-safe.
 */
public final class ConfigurationLoader {
    private ConfigurationLoader() {}

    /**
     * Reads the directory.
     *
     * @param directory as the user gave it; need not exist
     * @param environment the variables that its files refer to, and the project directory for relative paths
     */
    public static LoadResult load(Path directory, Environment environment) {
        Reading reading = new Reading(directory, environment, KeysWithoutEffect::remark);
        ConfigurationFiles files = ConfigurationFiles.read(reading);
        Registrations registrations = Registrations.read(reading, environment);
        reportUnset(reading);
        reportFilesWithoutEffect(reading, registrations);
        Assembly assembly = new Assembly(reading, files, environment, registrations.gateways());
        List<Assembly.Assembled> local = assembly.services();
        SystemLimits limits = new LimitChecks(reading, files).reconcile(local);
        Configuration configuration = registrations.configuration(directory, files, local, limits);
        new NameChecks(reading, files).check(configuration);
        AlertReader.check(reading, files);
        new PortChecks(reading, environment).check(files.services());
        List<EffectiveValue> values = new ArrayList<>(environment.values(new TreeSet<>(GatewayVariable.names())));
        values.addAll(reading.values());
        values.addAll(EffectiveServices.rows(configuration));
        return new LoadResult(configuration, reading.findings(), values);
    }

    private static void reportFilesWithoutEffect(Reading reading, Registrations registrations) {
        for (String file : KeysWithoutEffect.registrationFiles()) {
            registrations
                    .firstLine(file)
                    .ifPresent(position -> reading.report(
                            Finding.Severity.INFO,
                            position,
                            "",
                            "The rows of this file are read and checked but have no effect in this version."));
        }
    }

    private static void reportUnset(Reading reading) {
        for (Reading.Unset unset : reading.unset()) {
            boolean ofService = unset.file().equals(ServicesFile.NAME);
            boolean matters = !ofService && !KeysWithoutEffect.covers(unset.file(), unset.keyPath());
            reading.report(
                    matters ? Finding.Severity.WARNING : Finding.Severity.INFO,
                    unset.position(),
                    unset.keyPath(),
                    unset.message() + ". "
                            + (ofService ? "The service is unavailable until it is set" : "The value is left out")
                            + ". Set it in .env.local or in the environment, or write ${" + unset.name()
                            + ":-default}.");
        }
    }
}
