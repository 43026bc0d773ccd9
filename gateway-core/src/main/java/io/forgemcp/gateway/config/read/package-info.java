/**
 * Reads YAML and environment files into records and says where every value and every problem stands. {@code config} and
 * its {@code schema} call it; it knows no particular file.
 */
@NullMarked
package io.forgemcp.gateway.config.read;

import org.jspecify.annotations.NullMarked;
