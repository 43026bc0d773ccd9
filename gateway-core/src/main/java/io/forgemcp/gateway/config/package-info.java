/**
 * The files of the configuration directory as immutable records, with every problem reported at once by file, line and
 * column. The server and the command line call it.
 */
@NullMarked
package io.forgemcp.gateway.config;

import org.jspecify.annotations.NullMarked;
