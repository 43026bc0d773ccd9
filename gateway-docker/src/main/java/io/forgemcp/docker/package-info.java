/**
 * What the gateway knows of a Docker engine, over docker-java. In this version it finds out whether one is there and
 * what it can do; running services in containers is not part of it yet.
 */
@NullMarked
package io.forgemcp.docker;

import org.jspecify.annotations.NullMarked;
