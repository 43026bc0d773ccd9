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
    /**
     * In a container where an image is named and an engine has answered, or the service is confined or sees directories
     * in a way that only a container can offer; as a process otherwise.
     */
    AUTO
}
