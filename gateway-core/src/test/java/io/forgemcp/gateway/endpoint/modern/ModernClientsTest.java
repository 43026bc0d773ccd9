package io.forgemcp.gateway.endpoint.modern;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.upstream.ClientProfile;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Servers with sessions keep one for each set of capabilities that a caller declares, so there has to be an end to them. */
class ModernClientsTest {
    private final ModernClients clients = new ModernClients(new ManualTimers(), Duration.ofMinutes(30), gone -> {});
    private final ModernClients.Client client = clients.of(Caller.LOCAL);

    @AfterEach
    void close() {
        clients.close();
    }

    @Test
    void aSetOfCapabilitiesIsRemembered() {
        assertThat(declaring("{\"elicitation\":{}}")).isSameAs(declaring("{\"elicitation\":{}}"));
    }

    @Test
    void aCallerWhoDeclaresEverNewCapabilitiesGetsNoFurtherSessions() {
        ClientProfile plain = declaring("{}");
        declaring("{\"sampling\":{}}");
        Set<String> offered = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            offered.add(declaring("{\"experimental\":{\"n" + i + "\":{}}}").offered());
        }

        assertThat(offered).hasSize(32).contains("{}");
        assertThat(declaring("{\"experimental\":{\"n499\":{}}}").key()).isEqualTo(plain.key());
        assertThat(declaring("{\"sampling\":{}}").offered())
                .as("what was declared before stays")
                .isEqualTo("{\"sampling\":{}}");
    }

    @Test
    void toAServerThatCanHaveOneSessionOnlyTwoSetsOfCapabilitiesAreTwoClients() {
        assertThat(declaring("{\"sampling\":{}}").key())
                .isNotEqualTo(declaring("{}").key())
                .isEqualTo(declaring("{\"sampling\":{},\"unknown\":1}").key());
        assertThat(declaring("{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}")
                        .key())
                .as("of tasks servers with sessions hear nothing")
                .isEqualTo(declaring("{}").key());
    }

    @Test
    void whatServersAreNotToldOfUsesUpNothing() {
        for (int i = 0; i < 500; i++) {
            declaring("{\"unknown" + i + "\":1}");
        }

        assertThat(declaring("{\"sampling\":{}}").declares("sampling")).isTrue();
    }

    private ClientProfile declaring(String capabilities) {
        return client.profile(JsonSlice.parse(capabilities));
    }
}
