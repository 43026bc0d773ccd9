package io.forgemcp.toolbox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Things, what is known of each, and how they are related. Immutable. */
record Knowledge(Map<String, Entity> entities, Set<Relation> relations) {
    static final Knowledge NOTHING = new Knowledge(Map.of(), Set.of());

    /** A thing: a person, a project, an idea. */
    record Entity(String name, String type, List<String> observations) {
        Entity {
            observations = List.copyOf(observations);
        }

        Entity with(List<String> more) {
            Set<String> all = new LinkedHashSet<>(observations);
            all.addAll(more);
            return new Entity(name, type, List.copyOf(all));
        }

        Entity without(List<String> fewer) {
            List<String> rest = new ArrayList<>(observations);
            rest.removeAll(fewer);
            return new Entity(name, type, rest);
        }
    }

    /** A directed relation, its name in active voice: Ann "works at" Acme. */
    record Relation(String from, String relation, String to) {}

    Knowledge {
        entities = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(entities));
        relations = java.util.Collections.unmodifiableSet(new LinkedHashSet<>(relations));
    }

    /** With this entity in place of one of the same name. */
    Knowledge with(Entity entity) {
        Map<String, Entity> copy = new LinkedHashMap<>(entities);
        copy.put(entity.name(), entity);
        return new Knowledge(copy, relations);
    }

    Knowledge with(Relation relation) {
        Set<Relation> copy = new LinkedHashSet<>(relations);
        copy.add(relation);
        return new Knowledge(entities, copy);
    }

    Knowledge without(Relation relation) {
        Set<Relation> copy = new LinkedHashSet<>(relations);
        copy.remove(relation);
        return new Knowledge(entities, copy);
    }

    /** Without the entity and everything that leads to or from it. */
    Knowledge without(String name) {
        Map<String, Entity> copy = new LinkedHashMap<>(entities);
        copy.remove(name);
        Set<Relation> rest = new LinkedHashSet<>(relations);
        rest.removeIf(relation -> relation.from().equals(name) || relation.to().equals(name));
        return new Knowledge(copy, rest);
    }

    /** These entities and the relations that touch them. */
    Knowledge around(Set<String> names) {
        Map<String, Entity> some = new LinkedHashMap<>(entities);
        some.keySet().retainAll(names);
        Set<Relation> touching = new LinkedHashSet<>(relations);
        touching.removeIf(relation -> !names.contains(relation.from()) && !names.contains(relation.to()));
        return new Knowledge(some, touching);
    }
}
