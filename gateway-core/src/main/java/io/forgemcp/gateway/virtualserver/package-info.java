/**
 * Which tools one endpoint shows, under which names. Turns a catalog snapshot into a view with ready-made list answers and
 * a route for every exposed name; {@code endpoint} calls it.
 */
@NullMarked
package io.forgemcp.gateway.virtualserver;

import org.jspecify.annotations.NullMarked;
