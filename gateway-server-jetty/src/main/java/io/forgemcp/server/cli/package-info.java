/**
 * The command line of the standalone jar. {@link io.forgemcp.server.cli.Main} is the only class that ends the process;
 * every command returns an exit code from {@link io.forgemcp.server.cli.ExitCode}.
 */
@NullMarked
package io.forgemcp.server.cli;

import org.jspecify.annotations.NullMarked;
