package io.forgemcp.toolbox;

import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.SleepPolicy;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** The bundled servers as services. */
public final class Toolbox {
    private Toolbox() {}

    /**
     * All bundled servers, ready to be added to a gateway. What they keep lies below the data directory, which is made
     * when it is first needed.
     */
    public static List<ServiceDefinition> services(Path dataDirectory) {
        return List.of(
                service(
                        "files",
                        "Files of one sandboxed directory",
                        FilesServer.create(dataDirectory.resolve("files"))),
                service(
                        "knowledge",
                        "A memory that lasts: things, facts and relations",
                        KnowledgeServer.create(dataDirectory.resolve("knowledge.jsonl"))),
                service("time", "Dates, times and time zones", TimeServer.create(InstantSource.system())),
                service("text", "JSON, patterns, checksums, counting and templates", TextServer.create()));
    }

    private static ServiceDefinition service(String name, String description, JavaServer server) {
        return ServiceDefinition.java(name, server)
                .description(description)
                .tags(Set.of("bundled"))
                // Objects in this process: asleep they would use just as little.
                .sleepPolicy(SleepPolicy.NEVER)
                .build();
    }
}
