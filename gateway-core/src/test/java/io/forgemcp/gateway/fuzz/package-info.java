/**
 * Looks for bytes that the parsers of the core cannot cope with. Each target is a static method {@code
 * fuzzerTestOneInput(byte[])} that throws when something is wrong, so that coverage-guided fuzzers can run it too.
 */
@NullMarked
package io.forgemcp.gateway.fuzz;

import org.jspecify.annotations.NullMarked;
