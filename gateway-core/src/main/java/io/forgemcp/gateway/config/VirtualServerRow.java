package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Position;
import java.util.List;

/**
 * One row of {@code virtual-servers.txt}.
 *
 * @param gateways the names as they were written
 */
record VirtualServerRow(String name, boolean enabled, List<String> gateways, String description, Position position) {}
