package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Position;
import io.forgemcp.gateway.config.read.Reading;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What several places say about one thing. The first counts; a disagreement is reported with all places. */
final class Sayings<T> {
    private final String subject;
    private final List<Saying<T>> sayings = new ArrayList<>();

    /** @param subject what it is about, for example {@code the priority of github} */
    Sayings(String subject) {
        this.subject = subject;
    }

    record Saying<T>(T value, Position position, String key) {}

    /** Adds what one place says; a value that is null or was not written says nothing. */
    Sayings<T> add(@Nullable T value, Reading reading, String file, String key) {
        Optional<Position> position = reading.position(file, key);
        if (value != null && position.isPresent()) {
            sayings.add(new Saying<>(value, position.get(), key));
        }
        return this;
    }

    /** Makes the smallest value count instead of the first. */
    Sayings<T> smallestFirst(Comparator<T> order) {
        sayings.sort(Comparator.comparing(Saying::value, order));
        return this;
    }

    Optional<T> first() {
        return sayings.stream().findFirst().map(Saying::value);
    }

    /** Reports if not all places say the same; returns what counts. */
    Optional<T> reconcile(Reading reading, Function<T, String> format) {
        if (sayings.isEmpty()) {
            return Optional.empty();
        }
        Saying<T> used = sayings.get(0);
        List<Saying<T>> others = sayings.stream()
                .filter(saying -> !format.apply(saying.value()).equals(format.apply(used.value())))
                .toList();
        if (!others.isEmpty()) {
            String elsewhere = others.stream()
                    .map(saying ->
                            format.apply(saying.value()) + " in " + saying.position() + " (" + saying.key() + ")")
                    .collect(Collectors.joining(" and "));
            String value = format.apply(used.value());
            reading.report(
                    Finding.Severity.WARNING,
                    used.position(),
                    used.key(),
                    subject + " is " + value + " here, but " + elsewhere + ". " + value
                            + " is used. Write the same in each place.");
        }
        return Optional.of(used.value());
    }
}
