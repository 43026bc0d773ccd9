/** Measurements. Nothing here is part of the product or of its tests. */
@NullMarked
package io.forgemcp.benchmarks;

import org.jspecify.annotations.NullMarked;
