/**
 * What happened, for whoever wants to know: state changes, catalog changes, alerts. Every feature may publish; a slow or
 * failing listener never hurts the publisher.
 */
@NullMarked
package io.forgemcp.gateway.event;

import org.jspecify.annotations.NullMarked;
