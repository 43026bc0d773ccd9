package io.forgemcp.toolbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.JavaTool;
import io.forgemcp.gateway.inprocess.Schema;
import io.forgemcp.gateway.inprocess.ToolAnnotations;
import io.forgemcp.gateway.inprocess.ToolArguments;
import io.forgemcp.gateway.inprocess.ToolFailure;
import io.forgemcp.gateway.inprocess.ToolResponse;
import io.forgemcp.toolbox.Knowledge.Entity;
import io.forgemcp.toolbox.Knowledge.Relation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A memory that lasts: a graph of things, what is known of them and how they are related. */
public final class KnowledgeServer {
    private static final int MOST_FOUND = 50;

    /** Arguments of observe. */
    record Observed(String entity, List<String> observations) {}

    private final KnowledgeFile file;

    private KnowledgeServer(KnowledgeFile file) {
        this.file = file;
    }

    /** @param file lines of JSON; made when something is first remembered */
    public static JavaServer create(Path file) {
        KnowledgeServer knowledge = new KnowledgeServer(new KnowledgeFile(file));
        Schema name = Schema.string("Name of the entity, exactly as it was added");
        Schema facts = Schema.array("Single facts, a short sentence each", Schema.string(""));
        Schema relations = Schema.array(
                "",
                Schema.object()
                        .required("from", name)
                        .required("relation", Schema.string("In active voice, such as \"works at\""))
                        .required("to", name));
        Schema observed =
                Schema.array("", Schema.object().required("entity", name).required("observations", facts));
        return JavaServer.builder("knowledge", "1.0")
                .instructions(
                        "A memory that lasts beyond this conversation. Search it before you answer questions about"
                                + " people, projects or preferences, and add what is worth knowing next time.")
                .tool(tool(
                                "add_entities",
                                "Remembers things: people, projects, places, ideas. An entity that is already"
                                        + " known keeps its type and gains the new observations.",
                                ToolAnnotations.ADDS)
                        .input(Schema.object()
                                .required(
                                        "entities",
                                        Schema.array(
                                                "",
                                                Schema.object()
                                                        .required("name", Schema.string("Unique name"))
                                                        .required(
                                                                "type",
                                                                Schema.string("Kind, such as person or project"))
                                                        .optional("observations", facts))))
                        .handler(knowledge::addEntities))
                .tool(tool("add_relations", "Remembers how known entities are related.", ToolAnnotations.ADDS)
                        .input(Schema.object().required("relations", relations))
                        .handler(knowledge::addRelations))
                .tool(tool("add_observations", "Adds facts to known entities.", ToolAnnotations.ADDS)
                        .input(Schema.object().required("additions", observed))
                        .handler(knowledge::addObservations))
                .tool(tool(
                                "delete_entities",
                                "Forgets entities with their facts and relations. Cannot be undone.",
                                ToolAnnotations.DESTRUCTIVE)
                        .input(Schema.object().required("names", Schema.array("", name)))
                        .handler(knowledge::deleteEntities))
                .tool(tool(
                                "delete_observations",
                                "Forgets single facts, given exactly as they were added.",
                                ToolAnnotations.DESTRUCTIVE)
                        .input(Schema.object().required("deletions", observed))
                        .handler(knowledge::deleteObservations))
                .tool(tool(
                                "delete_relations",
                                "Forgets relations, given exactly as they were added.",
                                ToolAnnotations.DESTRUCTIVE)
                        .input(Schema.object().required("relations", relations))
                        .handler(knowledge::deleteRelations))
                .tool(tool(
                                "search",
                                "Finds entities whose name, type or facts contain the words of a query, best first, with"
                                        + " the relations that touch them.",
                                ToolAnnotations.READ_ONLY)
                        .input(Schema.object()
                                .required("query", Schema.string("Words to look for"))
                                .optional(
                                        "limit",
                                        Schema.integer("How many at most")
                                                .between(1, MOST_FOUND)
                                                .otherwise(10)))
                        .handler(knowledge::search))
                .tool(tool("open", "Shows entities by name with everything known of them.", ToolAnnotations.READ_ONLY)
                        .input(Schema.object().required("names", Schema.array("", name)))
                        .handler(knowledge::open))
                .tool(tool(
                                "read_all",
                                "Shows everything that is known. Can be long: prefer search.",
                                ToolAnnotations.READ_ONLY)
                        .handler(arguments -> knowledge.answer(knowledge.file.read())))
                .build();
    }

    private static JavaTool.Builder tool(String name, String description, ToolAnnotations annotations) {
        return JavaTool.named(name, description).annotations(annotations);
    }

    private ToolResponse addEntities(ToolArguments arguments) throws IOException {
        List<Entity> given = new ArrayList<>();
        arguments.items("entities").forEach(json -> {
            List<String> facts = new ArrayList<>();
            json.path("observations").forEach(fact -> facts.add(fact.asText()));
            String name = json.path("name").asText().strip();
            if (name.isEmpty()) {
                throw new ToolFailure("An entity needs a name. Nothing was added.");
            }
            given.add(new Entity(name, json.path("type").asText(), facts));
        });
        Knowledge before = file.read();
        Knowledge after = file.change(known -> {
            Knowledge changed = known;
            for (Entity entity : given) {
                Entity old = changed.entities().get(entity.name());
                changed = changed.with(old == null ? entity.with(List.of()) : old.with(entity.observations()));
            }
            return changed;
        });
        int fresh = after.entities().size() - before.entities().size();
        return said("Remembered " + given.size() + " (" + fresh + " new).");
    }

    private ToolResponse addRelations(ToolArguments arguments) throws IOException {
        List<Relation> given = arguments.list("relations", Relation.class);
        file.change(known -> {
            Knowledge changed = known;
            for (Relation relation : given) {
                require(known, relation.from());
                require(known, relation.to());
                changed = changed.with(relation);
            }
            return changed;
        });
        return said("Remembered " + given.size() + " relations.");
    }

    private ToolResponse addObservations(ToolArguments arguments) throws IOException {
        List<Observed> given = arguments.list("additions", Observed.class);
        file.change(known -> {
            Knowledge changed = known;
            for (Observed observed : given) {
                changed = changed.with(require(changed, observed.entity()).with(observed.observations()));
            }
            return changed;
        });
        return said("Remembered.");
    }

    private ToolResponse deleteEntities(ToolArguments arguments) throws IOException {
        List<String> names = arguments.strings("names");
        file.change(known -> {
            Knowledge changed = known;
            for (String name : names) {
                require(known, name);
                changed = changed.without(name);
            }
            return changed;
        });
        return said("Forgot " + names.size() + ".");
    }

    private ToolResponse deleteObservations(ToolArguments arguments) throws IOException {
        List<Observed> given = arguments.list("deletions", Observed.class);
        file.change(known -> {
            Knowledge changed = known;
            for (Observed observed : given) {
                Entity entity = require(changed, observed.entity());
                if (!entity.observations().containsAll(observed.observations())) {
                    throw new ToolFailure("\"" + entity.name() + "\" has no such fact. It has: "
                            + String.join(" | ", entity.observations()));
                }
                changed = changed.with(entity.without(observed.observations()));
            }
            return changed;
        });
        return said("Forgotten.");
    }

    private ToolResponse deleteRelations(ToolArguments arguments) throws IOException {
        List<Relation> given = arguments.list("relations", Relation.class);
        file.change(known -> {
            Knowledge changed = known;
            for (Relation relation : given) {
                if (!known.relations().contains(relation)) {
                    throw new ToolFailure("There is no relation " + relation.from() + " - " + relation.relation()
                            + " - " + relation.to() + ". Nothing was forgotten.");
                }
                changed = changed.without(relation);
            }
            return changed;
        });
        return said("Forgotten.");
    }

    private ToolResponse search(ToolArguments arguments) throws IOException {
        Knowledge known = file.read();
        String query = arguments.string("query").toLowerCase(Locale.ROOT).strip();
        if (query.isEmpty()) {
            throw new ToolFailure("The query is empty. Give words to look for, or use read_all.");
        }
        String[] words = query.split("\\s+");
        record Hit(Entity entity, int score) {}
        List<Hit> hits = known.entities().values().stream()
                .map(entity -> new Hit(entity, score(entity, words)))
                .filter(hit -> hit.score() > 0)
                .sorted(Comparator.comparingInt(Hit::score).reversed())
                .limit(arguments.integer("limit", 10))
                .toList();
        Set<String> names = new LinkedHashSet<>();
        hits.forEach(hit -> names.add(hit.entity().name()));
        return hits.isEmpty() ? said("Nothing is known about that.") : answer(known.around(names));
    }

    /** A word in the name tells more than one in the type, and that more than one in a fact. */
    private static int score(Entity entity, String... words) {
        String name = entity.name().toLowerCase(Locale.ROOT);
        String type = entity.type().toLowerCase(Locale.ROOT);
        String facts = String.join("\n", entity.observations()).toLowerCase(Locale.ROOT);
        int score = 0;
        for (String word : words) {
            score += (name.contains(word) ? 4 : 0) + (type.contains(word) ? 2 : 0) + (facts.contains(word) ? 1 : 0);
        }
        return score;
    }

    private ToolResponse open(ToolArguments arguments) throws IOException {
        Knowledge known = file.read();
        List<String> names = arguments.strings("names");
        names.forEach(name -> require(known, name));
        return answer(known.around(Set.copyOf(names)));
    }

    private static Entity require(Knowledge known, String name) {
        Entity entity = known.entities().get(name);
        if (entity == null) {
            throw new ToolFailure("\"" + name + "\" is not known. Use search to find its name, or add_entities first."
                    + " Nothing was changed.");
        }
        return entity;
    }

    private ToolResponse said(String text) {
        String damage = file.damage();
        return damage == null
                ? ToolResponse.text(text)
                : ToolResponse.text(text).andText("Warning: " + damage);
    }

    private ToolResponse answer(Knowledge known) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode entities = json.putArray("entities");
        for (Entity entity : known.entities().values()) {
            ObjectNode each = entities.addObject().put("name", entity.name()).put("type", entity.type());
            entity.observations().forEach(each.putArray("observations")::add);
        }
        ArrayNode relations = json.putArray("relations");
        for (Relation relation : known.relations()) {
            relations
                    .addObject()
                    .put("from", relation.from())
                    .put("relation", relation.relation())
                    .put("to", relation.to());
        }
        String damage = file.damage();
        ToolResponse response = ToolResponse.json(json);
        return damage == null ? response : response.andText("Warning: " + damage);
    }
}
