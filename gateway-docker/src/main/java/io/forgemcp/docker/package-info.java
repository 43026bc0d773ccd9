/**
 * Services in containers, over docker-java: {@link io.forgemcp.docker.DockerRuntime} is the entry, everything else is its
 * own. It finds the engine, confines and starts containers, puts them to sleep, and keeps what it believes of them equal
 * to what the engine tells. Called by the lifecycle through its SPI; may call the core and docker-java.
 */
@NullMarked
package io.forgemcp.docker;

import org.jspecify.annotations.NullMarked;
