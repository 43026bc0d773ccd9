package io.forgemcp.gateway.config.schema;

import io.forgemcp.gateway.config.read.Key;
import io.forgemcp.gateway.virtualserver.Naming;
import java.util.List;
import java.util.Map;

/** {@code virtual-servers.yml}: which tools the rows of {@code virtual-servers.txt} show, and under which names. */
public record VirtualServersFile(
        @Key("Virtual servers by the names of their rows in `virtual-servers.txt`.")
        Map<String, Entry> virtualServers) {
    /** The name of the file. */
    public static final String NAME = "virtual-servers.yml";

    /** One virtual server. */
    public record Entry(
            @Key(
                    value =
                            "How tools and prompts are named: `prefixed` with their service; `original`, as the server names them,"
                                    + " where two services use one name the later one prefixed; `custom`, as `renames` says and"
                                    + " otherwise prefixed. Renames hold with each of them.",
                    standard = "prefixed")
            Naming naming,

            @Key("What holds for single services of it, by their names.")
            Map<String, Choice> services) {}

    /** What a virtual server shows of one service. */
    public record Choice(
            @Key("The tools that are shown, by their original names; without it all are.")
            List<String> tools,

            @Key(
                    "Names under which tools and prompts are shown, by their original names: 1 to 60 letters, digits, dots, underscores and hyphens.")
            Map<String, String> renames,

            @Key("Descriptions of tools in place of the server's own, by the original names of the tools.")
            Map<String, String> descriptions) {}
}
