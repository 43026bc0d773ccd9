/**
 * What a service is: its name, how it is launched, how it is spoken to, what it may use and when it may sleep. Plain
 * records that configuration produces and every later package reads; this package calls nothing.
 */
@NullMarked
package io.forgemcp.gateway.service;

import org.jspecify.annotations.NullMarked;
