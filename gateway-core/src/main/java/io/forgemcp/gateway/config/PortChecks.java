package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Position;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.schema.ServiceEntry;
import io.forgemcp.gateway.config.schema.ServicesFile;
import java.util.HashMap;
import java.util.Map;

/** Finds services that claim the port of a listener of the gateway, or of one another. */
final class PortChecks {
    private final Reading reading;
    private final Map<String, GatewayVariable> listeners = new HashMap<>();

    PortChecks(Reading reading, Environment environment) {
        this.reading = reading;
        for (GatewayVariable variable : GatewayVariable.values()) {
            if (variable.isPort()) {
                listeners.putIfAbsent(environment.find(variable.variable()).orElse(variable.standard()), variable);
            }
        }
    }

    void check(ServicesFile file) {
        Map<Integer, String> taken = new HashMap<>();
        file.services().forEach((name, entry) -> {
            Integer port = entry.port();
            if (port == null || port == 0) {
                return;
            }
            boolean used = BridgeCommand.unwrap(entry.command()).isEmpty()
                    && entry.transport() != ServiceEntry.Transport.STDIO;
            Finding.Severity severity = used ? Finding.Severity.ERROR : Finding.Severity.WARNING;
            String consequence = used
                    ? " Choose another port, or 0 for any free one."
                    : " The service speaks stdio, so its port is not used. Remove it.";
            GatewayVariable listener = listeners.get(Integer.toString(port));
            if (listener != null) {
                reading.report(
                        severity,
                        position(name),
                        "services." + name + ".port",
                        port + " is the port of the " + listener.meaning() + " (" + listener.variable() + ")."
                                + consequence);
            }
            String other = taken.putIfAbsent(port, name);
            if (other != null) {
                reading.report(
                        severity,
                        position(name),
                        "services." + name + ".port",
                        port + " is also the port of " + other + " (" + position(other) + ")." + consequence);
            }
        });
    }

    private Position position(String name) {
        return reading.position(ServicesFile.NAME, "services." + name + ".port")
                .orElse(reading.at(ServicesFile.NAME, 0));
    }
}
