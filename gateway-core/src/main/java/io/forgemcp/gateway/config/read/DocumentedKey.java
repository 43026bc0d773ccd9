package io.forgemcp.gateway.config.read;

import java.util.ArrayList;
import java.util.List;

/**
 * One key of a file as its record declares it.
 *
 * @param pattern the key path with the names that users choose left open, for example {@code services.<name>.port}
 * @param type what may be written, for people
 * @param standard what holds if it is absent; empty if nothing does
 * @param meaning what it is for
 * @param required whether its section cannot be without it
 */
public record DocumentedKey(String pattern, String type, String standard, String meaning, boolean required) {
    /** Every key of a file, sections before what is in them. */
    public static List<DocumentedKey> of(Class<? extends Record> file) {
        List<DocumentedKey> keys = new ArrayList<>();
        addRecord(file, Place.TOP, keys);
        return keys;
    }

    private static void addRecord(Class<?> record, Place place, List<DocumentedKey> keys) {
        for (Slot slot : Slot.of(record)) {
            Place at = place.key(slot.name());
            String standard = slot.key().standard();
            keys.add(new DocumentedKey(
                    at.pattern(),
                    type(slot),
                    standard.equals(Key.NONE) ? "" : standard,
                    slot.key().value(),
                    standard.equals(Key.NONE) && slot.isScalar() && !slot.nullable()));
            addContent(slot, at, keys);
        }
    }

    private static void addContent(Slot slot, Place place, List<DocumentedKey> keys) {
        if (slot.isRecord()) {
            addRecord(slot.plainType(), place, keys);
        } else if (slot.isMap()) {
            addContent(slot.element(), place.entry("*"), keys);
        } else if (slot.isList()) {
            addContent(slot.element(), place.item(0), keys);
        }
    }

    private static String type(Slot slot) {
        if (slot.isRecord()) {
            return "section";
        }
        if (slot.isTree()) {
            return "anything";
        }
        if (slot.isMap()) {
            return slot.element().isRecord() ? "sections by name" : "map of " + type(slot.element());
        }
        if (slot.isList()) {
            return slot.element().isRecord() ? "list of sections" : "list of " + type(slot.element());
        }
        String type = Scalar.describe(slot.plainType());
        String unit = slot.key().unit();
        String range = range(slot.key());
        return type + (unit.isEmpty() ? "" : " (a bare number counts " + unit + ")") + range;
    }

    private static String range(Key key) {
        if (!Double.isInfinite(key.max())) {
            return ", " + Scalar.format(key.min()) + " to " + Scalar.format(key.max());
        }
        return key.min() == 0 ? "" : ", at least " + Scalar.format(key.min());
    }
}
