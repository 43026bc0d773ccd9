/** To be described. */
@org.jspecify.annotations.NullMarked
package io.forgemcp.testkit;
