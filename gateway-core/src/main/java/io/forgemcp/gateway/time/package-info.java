/**
 * Time as a collaborator. Everything that waits, expires or measures takes {@link
 * io.forgemcp.gateway.time.Timers}, so that tests run months of policy in milliseconds. This package calls nothing.
 */
@NullMarked
package io.forgemcp.gateway.time;

import org.jspecify.annotations.NullMarked;
