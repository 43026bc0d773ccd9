/** A gateway inside a program of under 30 lines: a Java method and an npm server behind the same calls. */
@NullMarked
package io.forgemcp.examples.plain;

import org.jspecify.annotations.NullMarked;
