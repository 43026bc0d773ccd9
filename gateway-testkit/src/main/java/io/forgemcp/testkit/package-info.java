/**
 * For authors of plugins: a contract test for each plugin interface, to be extended in ten lines, and an MCP server that
 * misbehaves on demand. Used from tests only; it calls only {@code gateway-core}, JUnit and AssertJ.
 */
@NullMarked
package io.forgemcp.testkit;

import org.jspecify.annotations.NullMarked;
