/** The assembled gateway against servers and clients that nobody here wrote, and against servers that misbehave. */
package io.forgemcp.it;
