package io.forgemcp.gateway.inprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class MethodToolsTest {
    enum Unit {
        CELSIUS,
        FAHRENHEIT
    }

    record Point(
            double x,
            @Param(value = "Downwards", required = false) Double y) {}

    /** Whatever an embedder may write. */
    static final class Sample {
        @Tool("Adds two numbers")
        public int add(@Param("First") int a, @Param("Second") int b) {
            return Math.addExact(a, b);
        }

        @Tool(value = "Converts", name = "to_unit", readOnly = true)
        public String convert(double value, Unit unit) {
            return value + " " + unit;
        }

        @Tool("Moves a point")
        public Point move(Point point, @Param(required = false) Double by) {
            double step = by == null ? 1 : by;
            return new Point(point.x() + step, point.y());
        }

        @Tool("Joins")
        public CompletionStage<String> join(List<String> parts, Map<String, Integer> counts, ToolCall call) {
            return CompletableFuture.completedFuture(String.join("-", parts) + counts + call.isCancelled());
        }

        @Tool("Does")
        public void act() {}

        @Tool("Refuses")
        public String refuse(@Param(required = false) String when) {
            if (when == null) {
                throw new IllegalArgumentException("Not today.");
            }
            return when;
        }
    }

    private final RecordingClient client = new RecordingClient(JavaServer.of(new Sample()));

    @Test
    void annotatedMethodsBecomeToolsInTheOrderOfTheirNames() {
        JsonNode tools = client.result("tools/list", "{}").path("tools");

        assertThat(tools.findValuesAsText("name")).contains("act", "add", "to_unit", "join", "move", "refuse");
        assertThat(tools.at("/1/inputSchema").toString())
                .isEqualTo(
                        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"description\":\"First\"},"
                                + "\"b\":{\"type\":\"integer\",\"description\":\"Second\"}},\"additionalProperties\":false,"
                                + "\"required\":[\"a\",\"b\"]}");
    }

    @Test
    void numbersEnumsRecordsListsAndMapsArriveAsJavaValues() {
        assertThat(client.text("add", "{\"a\":2,\"b\":3}")).isEqualTo("5");
        assertThat(client.text("to_unit", "{\"value\":1.5,\"unit\":\"CELSIUS\"}"))
                .isEqualTo("1.5 CELSIUS");
        assertThat(client.call("move", "{\"point\":{\"x\":1}}")
                        .path("structuredContent")
                        .toString())
                .isEqualTo("{\"x\":2,\"y\":null}");
        assertThat(client.text("join", "{\"parts\":[\"a\",\"b\"],\"counts\":{\"n\":1}}"))
                .isEqualTo("a-b{n=1}false");
        assertThat(client.text("act", "{}")).isEqualTo("Done.");
    }

    @Test
    void wrongValuesAreNamedPrecisely() {
        assertThat(client.failure("add", "{\"a\":2.5,\"b\":3}")).contains("\"a\" must be a whole number, not 2.5");
        assertThat(client.failure("add", "{\"a\":99999999999,\"b\":3}")).contains("The argument \"a\" does not fit");
        assertThat(client.failure("to_unit", "{\"value\":1,\"unit\":\"KELVIN\"}"))
                .contains("\"unit\" must be one of \"CELSIUS\", \"FAHRENHEIT\", not \"KELVIN\"");
        assertThat(client.failure("move", "{\"point\":{\"y\":1}}")).contains("\"point.x\" is required (a number)");
        assertThat(client.failure("move", "{\"point\":null}")).contains("\"point\" must be an object, not null");
        assertThat(client.failure("join", "{\"parts\":[\"a\",1],\"counts\":{}}"))
                .contains("\"parts[1]\" must be a string, not 1");
        assertThat(client.failure("refuse", "{}")).isEqualTo("Not today.");
        assertThat(client.failure("add", "{\"a\":2147483647,\"b\":1}")).contains("integer overflow");
    }

    static final class WithThread {
        @Tool("No")
        public String no(Thread thread) {
            return "";
        }
    }

    record Node(Node next) {}

    static final class WithLoop {
        @Tool("No")
        public String no(Node node) {
            return "";
        }
    }

    static final class WithHidden {
        @Tool("No")
        String no() {
            return "";
        }
    }

    static final class WithOptionalPrimitive {
        @Tool("No")
        public String no(@Param(required = false) int n) {
            return "";
        }
    }

    @Test
    void whatCannotBecomeAToolIsRefusedWhenTheServerIsBuilt() {
        assertThatThrownBy(() -> JavaServer.of(new WithThread()))
                .hasMessageContaining("parameter \"thread\"")
                .hasMessageContaining("java.lang.Thread cannot be described");
        assertThatThrownBy(() -> JavaServer.of(new WithLoop())).hasMessageContaining("contains itself");
        assertThatThrownBy(() -> JavaServer.of(new WithHidden())).hasMessageContaining("not public");
        assertThatThrownBy(() -> JavaServer.of(new WithOptionalPrimitive()))
                .hasMessageContaining("optional but primitive");
        assertThatThrownBy(() -> JavaServer.of("text")).hasMessageContaining("no public method that carries @Tool");
    }
}
