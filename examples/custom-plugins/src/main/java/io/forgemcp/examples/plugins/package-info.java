/** Replaces each of the four plugin interfaces that people replace most often: routing, lifecycle, scaling, metrics. */
@NullMarked
package io.forgemcp.examples.plugins;

import org.jspecify.annotations.NullMarked;
