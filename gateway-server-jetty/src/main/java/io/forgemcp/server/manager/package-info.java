/**
 * The service manager's listener: the life of the services, their registration, scaling, and reports on what they use. {@code
 * GatewayServer} collects its routes; they read and command the gateway through its public facade.
 */
@NullMarked
package io.forgemcp.server.manager;

import org.jspecify.annotations.NullMarked;
