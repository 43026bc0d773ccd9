/**
 * Conditions over measured values that become alerts for a person. Reads metrics and events; nothing on the message path
 * calls it.
 */
@NullMarked
package io.forgemcp.gateway.alert;

import org.jspecify.annotations.NullMarked;
