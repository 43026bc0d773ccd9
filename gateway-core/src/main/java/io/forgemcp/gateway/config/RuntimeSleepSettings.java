package io.forgemcp.gateway.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.EffectiveValue;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Ratio;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.schema.SleepFile;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.SleepSettings;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code sleep_settings} of {@code sleep_settings.yml} with changes that were made while the gateway runs: the same
 * keys and the same checks as in the file, which is read anew each time. Thread-safe.
 */
public final class RuntimeSleepSettings {
    private static final String SECTION = "sleep_settings";

    private final Path directory;
    private final Environment environment;

    /** @param directory of the file; need not exist */
    public RuntimeSleepSettings(Path directory, Environment environment) {
        this.directory = directory;
        this.environment = environment;
    }

    /**
     * Settings that are valid.
     *
     * @param file the file with the changes in it
     * @param document the section as JSON in camel case, durations in seconds, without what is only read at the start
     */
    public record Effective(SleepFile file, ObjectNode document) {
        /** The same for the lifecycle. */
        public SleepSettings lifecycle() {
            SleepFile.Settings settings = file.sleepSettings();
            SleepFile.Thresholds pressure = Stream.of(settings.resourceThresholds(), file.resourceThresholds())
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(SleepFile.Thresholds.DEFAULT);
            return SystemPolicyReader.sleep(settings, pressure);
        }
    }

    /**
     * The file's settings with these changes.
     *
     * @param changes in snake case, nested as in the file
     * @throws GatewayException {@code INVALID_PARAMS}, naming each key that is wrong and what to write instead
     */
    public Effective with(ObjectNode changes) {
        refuseWithoutEffect(changes, "");
        Reading file = new Reading(directory, environment, (name, key) -> Optional.empty());
        file.yaml(SleepFile.NAME, SleepFile.class);
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ObjectNode section = document.putObject(SECTION);
        for (EffectiveValue value : file.values()) {
            put(section, value);
        }
        merge(section, changes);
        Reading merged = new Reading(directory, environment, (name, key) -> Optional.empty());
        SleepFile result = merged.text(SleepFile.NAME, SleepFile.class, document.toString());
        List<Finding> errors = merged.findings().stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR
                        && finding.file()
                                .equals(directory.resolve(SleepFile.NAME).toString()))
                .toList();
        if (!errors.isEmpty()) {
            throw invalid(errors.stream().map(RuntimeSleepSettings::describe).collect(Collectors.joining(" ")));
        }
        return new Effective(result, json(result.sleepSettings(), ""));
    }

    /** Some sections may stand beside the one that they belong to. */
    private static void put(ObjectNode section, EffectiveValue value) {
        String path = value.key().startsWith(SECTION + ".") ? value.key().substring(SECTION.length() + 1) : value.key();
        if (isFixed(path) || !value.file().equals(SleepFile.NAME)) {
            return;
        }
        ObjectNode at = section;
        String[] keys = path.split("\\.");
        for (int i = 0; i < keys.length - 1; i++) {
            at = at.withObject("/" + keys[i]);
        }
        if (value.key().startsWith(SECTION) || !at.has(keys[keys.length - 1])) {
            at.put(keys[keys.length - 1], value.value());
        }
    }

    /** Priorities are part of what each service is, and services are made at the start. */
    private static boolean isFixed(String path) {
        return path.startsWith("wake_priorities");
    }

    private static void refuseWithoutEffect(ObjectNode changes, String within) {
        changes.properties().forEach(member -> {
            String path = within + member.getKey();
            if (isFixed(path)) {
                throw invalid(path + ": is read at the start only. Change " + SleepFile.NAME
                        + ", or register the service" + " with another sleep_policy.priority.");
            }
            if (KeysWithoutEffect.covers(SleepFile.NAME, SECTION + "." + path)) {
                throw invalid(path + ": has no effect in this version, so it is not changed.");
            }
            if (member.getValue() instanceof ObjectNode deeper) {
                refuseWithoutEffect(deeper, path + ".");
            }
        });
    }

    private static void merge(ObjectNode into, ObjectNode changes) {
        changes.properties().forEach(member -> {
            JsonNode there = into.get(member.getKey());
            if (there instanceof ObjectNode section && member.getValue() instanceof ObjectNode deeper) {
                merge(section, deeper);
            } else {
                into.set(member.getKey(), member.getValue());
            }
        });
    }

    private static String describe(Finding error) {
        String path = error.keyPath();
        return path.startsWith(SECTION + ".")
                ? path.substring(SECTION.length() + 1) + ": " + error.message()
                : error.message();
    }

    private static ObjectNode json(Record settings, String within) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (RecordComponent component : settings.getClass().getRecordComponents()) {
            String path =
                    within + component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
            if (!isFixed(path) && !KeysWithoutEffect.covers(SleepFile.NAME, SECTION + "." + path)) {
                put(json, component.getName(), value(settings, component), path + ".");
            }
        }
        return json;
    }

    private static void put(ObjectNode json, String name, @Nullable Object value, String within) {
        if (value instanceof Record section && !(value instanceof DataSize) && !(value instanceof Ratio)) {
            json.set(name, json(section, within));
        } else if (value instanceof Duration duration) {
            json.put(name, duration.toMillis() / 1000.0);
        } else if (value instanceof Ratio ratio) {
            json.put(name, ratio.value());
        } else if (value instanceof Boolean flag) {
            json.put(name, flag);
        } else if (value instanceof Integer number) {
            json.put(name, number);
        } else if (value != null) {
            json.put(name, value.toString());
        }
    }

    private static @Nullable Object value(Record settings, RecordComponent component) {
        try {
            return component.getAccessor().invoke(settings);
        } catch (ReflectiveOperationException unreadable) {
            throw new IllegalStateException(component + " cannot be read", unreadable);
        }
    }

    private static GatewayException invalid(String message) {
        return new GatewayException(ErrorCode.INVALID_PARAMS, message);
    }
}
