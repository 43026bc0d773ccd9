/**
 * Every YAML file of the configuration directory as a record: the components are the keys, their annotations the
 * defaults, limits and meanings, of which the reference in {@code docs/configuration.md} is made. {@code config} reads
 * and checks them; every feature may hold the part that concerns it.
 */
@NullMarked
package io.forgemcp.gateway.config.schema;

import org.jspecify.annotations.NullMarked;
