package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.protocol.JsonSlice;

/**
 * One tool, prompt, resource or template exactly as its server described it.
 *
 * @param name its own name; for a resource its URI, for a template its URI template
 * @param json the whole description, unknown fields included
 */
public record CatalogEntry(String name, JsonSlice json) {}
