package io.forgemcp.toolbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolboxTest {
    @Test
    void fourServersAreBundledAndNothingIsWrittenBeforeTheyAreUsed(@TempDir Path directory) {
        Path data = directory.resolve("data");

        assertThat(Toolbox.services(data))
                .extracting(service -> service.name().value())
                .containsExactly("files", "knowledge", "time", "text");
        assertThat(data).doesNotExist();
    }

    @Test
    void everyToolAndEveryArgumentIsDescribed(@TempDir Path directory) {
        for (ServiceDefinition service : Toolbox.services(directory)) {
            ToolClient client = new ToolClient(((Launch.Java) service.launch()).server());
            for (JsonNode tool : client.ask("tools/list", Map.of()).at("/result/tools")) {
                String where = service.name() + "." + tool.path("name").asText();
                assertThat(tool.path("description").asText()).as(where).hasSizeGreaterThan(20);
                assertThat(tool.has("annotations")).as(where).isTrue();
                assertThat(tool.at("/inputSchema/type").asText()).as(where).isEqualTo("object");
            }
        }
    }
}
