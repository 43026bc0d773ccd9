/**
 * How the standalone server logs: plain lines for people or JSON for machines, set up without reading a file. Logback finds
 * it by itself; a {@code logback.xml} on the class path takes precedence.
 */
@NullMarked
package io.forgemcp.server.logging;

import org.jspecify.annotations.NullMarked;
