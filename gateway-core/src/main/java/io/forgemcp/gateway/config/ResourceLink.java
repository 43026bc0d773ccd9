package io.forgemcp.gateway.config;

import java.net.URI;

/** A resource of {@code resources.txt}. */
public record ResourceLink(String name, URI uri, String description, String mimeType) {}
