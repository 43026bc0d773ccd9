/**
 * Whether a gateway keeps to the checklist of {@code docker-standards-checklist.yml}: each check judged by the configuration
 * and by what runs. Called to make a report; nothing on the message path calls it. It reads {@code config}, {@code lifecycle}
 * and what was measured.
 */
@NullMarked
package io.forgemcp.gateway.compliance;

import org.jspecify.annotations.NullMarked;
