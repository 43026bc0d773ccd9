package io.forgemcp.gateway.service;

/** Where a service runs. */
public enum RuntimeChoice {
    /** In a container. */
    DOCKER,
    /** As a child process of the gateway. */
    PROCESS,
    /** Elsewhere, behind a URL: the gateway neither starts nor stops it. */
    REMOTE,
    /** Inside the gateway, as Java objects. */
    JAVA,
    /** In a container where an engine answers and an image is named, as a process otherwise. */
    AUTO
}
