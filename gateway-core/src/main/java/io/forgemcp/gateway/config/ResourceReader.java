package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Position;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.read.Suggestion;
import io.forgemcp.gateway.config.schema.ResourcesFile;
import io.forgemcp.gateway.config.schema.ResourcesFile.Category;
import io.forgemcp.gateway.config.schema.ServiceEntry;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.service.Resources;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a service may use: what its entry says, within the ceiling of its category. */
final class ResourceReader {
    private final Reading reading;
    private final ConfigurationFiles files;

    ResourceReader(Reading reading, ConfigurationFiles files) {
        this.reading = reading;
        this.files = files;
    }

    /** The name of the service's category, if it has one that exists. */
    Optional<String> category(String service) {
        return Optional.ofNullable(files.resources().serviceCategories().get(service))
                .filter(name -> ceiling(name).isPresent());
    }

    Resources resources(String service, ServiceEntry.Limits own) {
        reportUnknownCategory(service);
        Optional<String> name = category(service);
        if (name.isEmpty()) {
            return new Resources(
                    bytes(own.memory()), own.cpu(), bytes(own.memoryReservation()), own.cpuReservation(), null, null);
        }
        Category ceiling = ceiling(name.get()).orElseThrow();
        List<String> clamped = new ArrayList<>();
        DataSize memory = own.memory();
        if (memory == null || memory.bytes() > ceiling.maxMemoryMb().bytes()) {
            if (memory != null) {
                clamped.add("memory " + memory + " is more than " + ceiling.maxMemoryMb());
            }
            memory = ceiling.maxMemoryMb();
        }
        Double cpu = own.cpu();
        if (cpu == null || cpu > ceiling.maxCpuCores()) {
            if (cpu != null) {
                clamped.add("cpu " + cpu + " is more than " + ceiling.maxCpuCores());
            }
            cpu = ceiling.maxCpuCores();
        }
        if (!clamped.isEmpty()) {
            reportClamped(service, name.get(), clamped);
        }
        Long reservation = bytes(own.memoryReservation());
        return new Resources(
                memory.bytes(),
                cpu,
                reservation == null ? null : Math.min(reservation, memory.bytes()),
                own.cpuReservation() == null ? null : Math.min(own.cpuReservation(), cpu),
                ceiling.memorySwapMb().bytes(),
                ceiling.maxPids());
    }

    private void reportClamped(String service, String category, List<String> clamped) {
        String key = "services." + service + ".resources";
        Position limits = reading.position(ResourcesFile.NAME, "service_limits." + category)
                .or(() -> reading.position(ResourcesFile.NAME, "service_categories." + service))
                .orElse(reading.at(ResourcesFile.NAME, 0));
        reading.report(
                Finding.Severity.WARNING,
                reading.position(ServicesFile.NAME, key).orElse(reading.at(ServicesFile.NAME, 0)),
                key,
                String.join(" and ", clamped) + ", which the category " + category + " allows (" + limits
                        + "). The category's value is used. Lower it here, or choose another category.");
    }

    private void reportUnknownCategory(String service) {
        String chosen = files.resources().serviceCategories().get(service);
        if (chosen != null && ceiling(chosen).isEmpty()) {
            String key = "service_categories." + service;
            Set<String> known = new LinkedHashSet<>(BuiltIn.CATEGORIES.keySet());
            known.addAll(files.resources().serviceLimits().keySet());
            reading.report(
                    Finding.Severity.ERROR,
                    reading.position(ResourcesFile.NAME, key).orElse(reading.at(ResourcesFile.NAME, 0)),
                    key,
                    "There is no category \"" + chosen + "\"." + Suggestion.didYouMean(chosen, known)
                            + " The service has no ceiling.");
        }
    }

    private Optional<Category> ceiling(String name) {
        return files.category(name);
    }

    private static @Nullable Long bytes(@Nullable DataSize size) {
        return size == null ? null : size.bytes();
    }
}
