/**
 * Conditions over measured values that become alerts for a person: rules, what of them holds, what was acknowledged or
 * silenced, and what is over. It looks at what the gateway measures through {@code metrics} and tells through {@code event};
 * nothing on the message path calls it.
 */
@NullMarked
package io.forgemcp.gateway.alert;

import org.jspecify.annotations.NullMarked;
